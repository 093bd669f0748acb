//! The report and the note in a real browser: both themes, wide and narrow, with nothing to complain about.
//!
//! With `ROTOR_SCREENSHOTS=DIR` every page is also written there as a picture (base64 of a PNG), for a person to look at.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rotor_tests::browser::{Browser, Look};
use rotor_tests::{Folder, demo, run_rotor};
use tempfile::TempDir;

const LOOKS: [Look; 4] = [
    Look { width: 1400, is_dark: false },
    Look { width: 1400, is_dark: true },
    Look { width: 400, is_dark: false },
    Look { width: 400, is_dark: true },
];

/// Milliseconds in which a page is to be there, beside whatever else the machine does.
const LONGEST_OPENING: f64 = 5000.0;

/// A folder with the pages of some months of the demo.
fn pages() -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let demo = demo();
    let dataset = demo.to_str().unwrap();
    let mut pages = Vec::new();
    for lang in ["en", "zh"] {
        let (run, note) = (place(&format!("run-{lang}")), place(&format!("note-{lang}.html")));
        let run_flags = ["backtest", "--dataset", dataset, "--start", "2018-01", "--lang", lang];
        succeed(&[&run_flags[..], &["--out", run.to_str().unwrap()]].concat());
        let note_flags = ["note", "--dataset", dataset, "--as-of", "2021-12-10", "--lang", lang];
        succeed(&[&note_flags[..], &["--format", "html", "--out", note.to_str().unwrap()]].concat());
        pages.extend([run.join("report.html"), note]);
    }
    (folder, pages)
}

fn succeed(arguments: &[&str]) {
    let (code, _, stderr) = run_rotor(arguments);
    assert_eq!(code, 0, "{arguments:?}: {stderr}");
}

/// Opens a page and looks for what a reader would trip over.
fn look_at(browser: &mut Browser, page: &Path, look: Look) {
    let opened = browser.open(page, look);
    let name = format!("{} at {look:?}", page.display());
    assert!(opened < LONGEST_OPENING, "{name} opens in {opened} ms");
    assert_eq!(browser.complaints, Vec::<String>::new(), "{name}");

    let width = browser.evaluate("document.documentElement.scrollWidth").as_u64().unwrap();
    assert!(width <= u64::from(look.width), "{name} is {width} pixels wide");
    let is_dark = "(() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g); \
                   return (+r + +g + +b) / 3 < 100; })()";
    assert_eq!(browser.evaluate(is_dark).as_bool(), Some(look.is_dark), "{name}");

    let figures = browser.evaluate("document.querySelectorAll('figure').length").as_u64().unwrap();
    assert!(figures >= 10, "{name} has {figures} figures");
    let undrawn = "[...document.querySelectorAll('figure')].filter(figure => { \
                   if (figure.closest('details:not([open])')) return false; \
                   const chart = [...figure.querySelectorAll('svg.chart')].find(c => c.getClientRects().length); \
                   const box = chart && chart.getBoundingClientRect(); \
                   return !chart || box.width < 100 || box.height < 40 || !chart.querySelector('path,rect,circle') \
                   || /NaN|Infinity|undefined/.test(chart.outerHTML); }).map(figure => figure.id).join(' ')";
    assert_eq!(browser.evaluate(undrawn), "", "{name}: figures that are not drawn");
    let unnamed = "[...document.querySelectorAll('svg.chart, figure button, section')].filter(part => \
                   !(part.getAttribute('aria-label') || part.getAttribute('aria-labelledby') || part.textContent.trim()))\
                   .length";
    assert_eq!(browser.evaluate(unnamed), 0, "{name}: parts without a name");
    let levels = browser.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(heading => +heading.tagName[1]).join('')",
    );
    let levels: Vec<u32> = levels.as_str().unwrap().chars().filter_map(|level| level.to_digit(10)).collect();
    assert!(levels[0] == 1 && levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    take_picture(browser, page, look);
}

fn take_picture(browser: &mut Browser, page: &Path, look: Look) {
    let Some(folder) = std::env::var_os("ROTOR_SCREENSHOTS").map(PathBuf::from) else { return };
    let theme = if look.is_dark { "dark" } else { "light" };
    let run = page.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let stem = page.file_stem().unwrap().to_str().unwrap();
    let run = if run.starts_with("run-") { run } else { "" };
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{stem}{run}-{theme}-{}.png.base64", look.width)), browser.screenshot())
        .unwrap();
}

/// What the first screen holds, and how tables use the width.
#[test]
fn the_report_uses_its_width() {
    let Some(mut browser) = Browser::start("the_report_uses_its_width") else { return };
    let (_folder, pages) = pages();
    for page in [&pages[0], &pages[2]] {
        browser.open(page, LOOKS[0]);
        let bottom = |browser: &mut Browser, selector: &str| {
            let box_ = format!("document.querySelector('{selector}').getBoundingClientRect().bottom");
            browser.evaluate(&box_).as_f64().unwrap()
        };
        // Mark, title, figures, net value and the first sentences of the verdict without scrolling at 1400 × 900.
        for selector in [".mark", "h1", ".tiles", "#net-value-levels svg", ".columns > div + div > p"] {
            let found = bottom(&mut browser, selector);
            assert!(found <= 900.0, "{}: `{selector}` ends at {found}", page.display());
        }
        // Folded tables are opened; only the numbers behind figures may scroll.
        let scrolling = "(() => { for (const one of document.querySelectorAll('details.folded')) one.open = true; \
                         return [...document.querySelectorAll('.scroll')].filter(box => box.querySelector('table') \
                         && !box.closest('.under') && box.scrollWidth > box.clientWidth + 1) \
                         .map(box => box.getAttribute('aria-label') + ' ' + box.scrollWidth).join('; '); })()";
        assert_eq!(browser.evaluate(scrolling), "", "{}: tables that scroll sideways", page.display());
        browser.open(page, LOOKS[2]);
        let stays = "(() => { const box = [...document.querySelectorAll('.scroll')].find(box => \
                     box.querySelector('table') && !box.closest('details') && box.scrollWidth > box.clientWidth + 100); \
                     const name = box.querySelector('tbody th'); const before = name.getBoundingClientRect().left; \
                     box.scrollLeft = 100; return Math.abs(name.getBoundingClientRect().left - before); })()";
        assert!(browser.evaluate(stays).as_f64().unwrap() < 1.0, "the first column stays in its place");
    }
}

#[test]
fn pages_are_whole_in_both_themes_wide_and_narrow() {
    let Some(mut browser) = Browser::start("pages_are_whole_in_both_themes_wide_and_narrow") else { return };
    let (_folder, pages) = pages();
    for page in &pages {
        for look in LOOKS {
            look_at(&mut browser, page, look);
        }
    }
    let (report, wide) = (&pages[0], LOOKS[0]);

    browser.open(report, wide);
    // With the keyboard: the first value of a figure, then the one beside it.
    // Scrolling hides what is shown, so it is over before the focus comes.
    let scroll = "(() => { window.first = [...document.querySelectorAll('svg.chart .hits > [tabindex=\"0\"]')] \
                  .find(hit => hit.getClientRects().length); window.first.scrollIntoView({ block: 'center' }); \
                  return new Promise(done => setTimeout(done, 200)); })()";
    browser.evaluate(scroll);
    let focus = "(() => { window.first.focus(); return document.querySelector('.tip').textContent; })()";
    let first = browser.evaluate(focus);
    browser.press("ArrowRight");
    let tip =
        "(() => { const tip = document.querySelector('.tip'); return tip.hidden ? '' : tip.textContent; })()";
    let second = browser.evaluate(tip);
    assert!(!first.as_str().unwrap().is_empty() && !second.as_str().unwrap().is_empty() && first != second);
    browser.press("Escape");
    assert_eq!(browser.evaluate(tip), "");
    // With the pointer.
    let place = "(() => { const box = window.first.parentNode.children[9].getBoundingClientRect(); \
                 return [box.x + box.width / 2, box.y + box.height / 2]; })()";
    let place = browser.evaluate(place);
    browser.point(place[0].as_f64().unwrap(), place[1].as_f64().unwrap());
    assert_ne!(browser.evaluate(tip), "", "the pointer shows nothing at {place}");

    // A figure that is saved stands alone: well-formed, with its colours.
    let save = "(() => { const asked = []; URL.createObjectURL = blob => { asked.push(blob); return 'about:blank'; }; \
                HTMLAnchorElement.prototype.click = () => {}; document.querySelector('button.save').click(); \
                return asked[0].text(); })()";
    let saved = browser.evaluate(save);
    let saved = saved.as_str().unwrap();
    assert!(
        saved.starts_with("<svg") && saved.contains("xmlns") && !saved.contains("var(--"),
        "{saved:.300}"
    );
    assert_eq!(browser.complaints, Vec::<String>::new());
}

/// The picture on the first screen of the README; `ROTOR_BLESS=1` takes it anew.
#[test]
fn the_readme_shows_the_report() {
    const MOST_BYTES: usize = 256 * 1024;
    const PICTURE: &str = "docs/src/report.png";
    let path = rotor_tests::workspace().join(PICTURE);
    if std::env::var_os("ROTOR_BLESS").is_some() {
        let Some(mut browser) = Browser::start("the_readme_shows_the_report") else { return };
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("demo");
        succeed(&["backtest", "--dataset", demo().to_str().unwrap(), "--out", run.to_str().unwrap()]);
        let look = Look { width: 1000, is_dark: false };
        browser.open(&run.join("report.html"), look);
        fs::write(&path, STANDARD.decode(browser.screenshot_of_top(look, 860)).unwrap()).unwrap();
    }
    let picture = fs::read(&path).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"), "{PICTURE} is no PNG");
    assert!(picture.len() <= MOST_BYTES, "{PICTURE} has {} bytes", picture.len());
    let readme = fs::read_to_string(rotor_tests::workspace().join("README.md")).unwrap();
    assert!(readme.contains(&format!("]({PICTURE})")), "the README does not show {PICTURE}");
}

/// Names that want to be markup, turn the text around, or do not end.
const NAMES: [&str; 3] = [
    "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">",
    "\"'></title></svg></style><b>& \u{202e}desrever &amp;",
    "long",
];

#[test]
fn names_are_text_whatever_they_hold() {
    let Some(mut browser) = Browser::start("names_are_text_whatever_they_hold") else { return };
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("data");
    let world = ["dataset", "generate", "--world", "null", "--seed", "7", "--out"];
    succeed(&[&world[..], &[dataset.to_str().unwrap(), "--format", "csv"]].concat());
    let dataset = rename_everything(&dataset);
    let (run, note) = (folder.path().join("run"), folder.path().join("note.html"));
    let data = ["--dataset", dataset.path().to_str().unwrap()];
    let months = ["--start", "2019-01", "--end", "2020-12", "--out", run.to_str().unwrap()];
    succeed(&[&["backtest"][..], &data, &months].concat());
    let day = ["--as-of", "2020-12-10", "--format", "html", "--out", note.to_str().unwrap()];
    succeed(&[&["note"][..], &data, &day].concat());
    for page in [run.join("report.html"), note] {
        for look in [LOOKS[0], LOOKS[2]] {
            look_at(&mut browser, &page, look);
            let title = browser.evaluate("document.title");
            assert!(!title.as_str().unwrap().contains("taken"), "a name has become a script");
            let foreign = browser.evaluate("document.querySelectorAll('img, body b b').length");
            assert_eq!(foreign, 0, "a name has become markup");
            let shown = browser.evaluate("document.body.textContent.includes('<script>document.title')");
            assert_eq!(shown, true, "the name is not shown as text");
            let turned =
                browser.evaluate("/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.textContent)");
            assert_eq!(turned, false, "a name turns the text around it");
        }
    }
}

/// Gives every entity and series of a dataset of CSV files a name that is hard to show.
fn rename_everything(from: &Path) -> Folder {
    let mut folder = Folder::new();
    for (file, bytes) in rotor_tests::files_of(from) {
        let bytes = match file.as_str() {
            "entities.csv" => renamed(&bytes, &["name", "name_zh"]),
            "series.csv" => renamed(&bytes, &["title", "title_zh"]),
            // Without the hashes of the files that are changed.
            "dataset.toml" => String::from_utf8(bytes).unwrap().split("[sha256]").next().unwrap().into(),
            _ => bytes,
        };
        folder = folder.with(&file, bytes);
    }
    folder
}

fn renamed(bytes: &[u8], columns: &[&str]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut renamed = header.join(",") + "\n";
    for (row, line) in lines.enumerate() {
        // Cells of the generated tables that hold commas are quoted; the places of the columns are counted outside of quotes.
        let mut cells: Vec<String> = vec![String::new()];
        let mut is_quoted = false;
        for letter in line.chars() {
            is_quoted ^= letter == '"';
            match letter {
                ',' if !is_quoted => cells.push(String::new()),
                letter => cells.last_mut().unwrap().push(letter),
            }
        }
        let name = if row % 3 == 2 { "很长的名字 long ".repeat(6) } else { NAMES[row % 3].to_owned() };
        for column in columns {
            let position = header.iter().position(|title| title == column).unwrap();
            cells[position] = format!("\"{}\"", name.replace('"', "\"\""));
        }
        renamed += &(cells.join(",") + "\n");
    }
    renamed.into_bytes()
}
