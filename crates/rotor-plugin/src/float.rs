//! How this thread computes with floating-point numbers: rounding, denormals, traps. A factor that changes it would change the
//! numbers of all that follow on the thread.

#![allow(unsafe_code, reason = "the registers are read and written by instructions")]

/// The control registers of a thread, without the flags that every computation sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FloatControl {
    vector: u64,
    /// The old floating-point unit, which a `long double` of C goes through.
    x87: u16,
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
impl FloatControl {
    /// The lowest six bits tell what has happened, not how to compute.
    const FLAGS: u32 = 0x3f;

    pub(crate) fn now() -> Self {
        let (mut vector, mut x87) = (0_u32, 0_u16);
        // SAFETY: both instructions store a register where they are told to, and change nothing else.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut vector, options(nostack, preserves_flags));
            std::arch::asm!("fnstcw [{}]", in(reg) &raw mut x87, options(nostack, preserves_flags));
        }
        Self { vector: u64::from(vector & !Self::FLAGS), x87 }
    }

    pub(crate) fn restore(self) {
        let vector = self.vector as u32;
        // SAFETY: both registers get what was read from them.
        unsafe {
            std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const vector, options(nostack, preserves_flags));
            std::arch::asm!("fldcw [{}]", in(reg) &raw const self.x87, options(nostack, preserves_flags));
        }
    }
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
impl FloatControl {
    pub(crate) fn now() -> Self {
        let vector: u64;
        // SAFETY: reads a register.
        unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) vector, options(nomem, nostack, preserves_flags)) }
        Self { vector, x87: 0 }
    }

    pub(crate) fn restore(self) {
        // SAFETY: the register gets what was read from it.
        unsafe {
            std::arch::asm!("msr fpcr, {}", in(reg) self.vector, options(nomem, nostack, preserves_flags))
        }
    }
}

#[cfg(any(not(any(target_arch = "x86_64", target_arch = "aarch64")), miri))]
impl FloatControl {
    pub(crate) fn now() -> Self {
        Self { vector: 0, x87: 0 }
    }

    pub(crate) fn restore(self) {}
}

#[cfg(all(test, target_arch = "x86_64", not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_and_undone() {
        let before = FloatControl::now();
        let flush_to_zero = FloatControl { vector: before.vector | 0x8040, x87: before.x87 ^ 0x0c00 };
        flush_to_zero.restore();
        let changed = FloatControl::now();
        let product: f64 = std::hint::black_box(1e-300) * std::hint::black_box(1e-10);
        before.restore();
        assert_eq!((changed, product.to_bits()), (flush_to_zero, 0));
        assert_eq!(FloatControl::now(), before);
        // A computation that is not exact sets a flag, which is no change.
        std::hint::black_box(std::hint::black_box(1.0) / std::hint::black_box(3.0));
        assert_eq!(FloatControl::now(), before);
    }
}
