// Honest, in C++, with a runtime of its own inside: it throws and catches, and has memory for every thread.
//
// Expected: it loads and scores.
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "rotor_factor.h"

namespace {

thread_local std::vector<double> scores;

RotorStr text(const std::string &text)
{
    return { reinterpret_cast<const uint8_t *>(text.data()), text.size() };
}

void say(const RotorTextSink *sink, const std::string &message)
{
    sink->write(sink->ctx, ROTOR_TEXT_MESSAGE, text(message));
}

int32_t init()
{
    return ROTOR_OK;
}

int32_t parameters(const RotorTextSink *out)
{
    say(out, R"({"parameters":[]})");
    return ROTOR_OK;
}

int32_t create(const RotorParameter *, size_t, void **out, const RotorTextSink *)
{
    *out = new int(0);
    return ROTOR_OK;
}

void destroy(void *factor)
{
    delete static_cast<int *>(factor);
}

int32_t spec(const void *, const RotorTextSink *out, const RotorTextSink *)
{
    say(out, R"({"name":"runtime","version":"0.1.0","about":"A plug-in of the tests","scale":"points","inputs":[)"
             R"({"name":"close","source":"close","entity":"sector","frequency":"M","window":13}]})");
    return ROTOR_OK;
}

double score_of(double value)
{
    if (value != value) {
        throw std::domain_error("a close is missing");
    }
    return value > 0.0 ? 3.0 : 1.0;
}

int32_t evaluate(const void *, const RotorView *view, const RotorOutput *output, const RotorTextSink *)
{
    const size_t n = view->entities[ROTOR_KIND_SECTOR].n;
    scores.assign(n, NAN);
    std::vector<std::pair<uint32_t, std::string>> reasons;
    for (uint32_t i = 0; i < n; i++) {
        try {
            scores[i] = score_of(rotor_value(&view->inputs[0], i, 0) / rotor_value(&view->inputs[0], i, 12) - 1.0);
        } catch (const std::exception &missing) {
            reasons.emplace_back(i, missing.what());
        }
    }
    output->scores(output->ctx, scores.data(), nullptr, n);
    for (const auto &[sector, reason] : reasons) {
        output->reason(output->ctx, sector, text(reason));
    }
    return ROTOR_OK;
}

const RotorVTable VTABLE = { sizeof(RotorVTable), init, parameters, create, destroy, spec, evaluate };

}  // namespace

extern "C" __attribute__((visibility("default"))) const RotorHeader rotor_factor__runtime = {
    ROTOR_MAGIC_BYTES, ROTOR_ABI_MAJOR, ROTOR_ABI_MINOR, sizeof(RotorHeader),
    ROTOR_CONTAINS_PANICS, { "runtime 0.1.0; C++17" }, &VTABLE,
};
