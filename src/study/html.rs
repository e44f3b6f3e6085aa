//! The results as one page that needs nothing else: tables and plots, on a screen and on paper.

mod svg;

use std::fmt::Write;

use super::plot::{PLOTS, Plot};
use super::report::{Report, Summaries};
use super::table::COLUMNS;

const STYLE: &str = include_str!("html/page.css");

/// What the columns mean, for whoever gets the page without the program.
const LEGEND: [(&str, &str); 6] = [
    ("accepted", "requests that got an appointment, those cancelled later too"),
    ("stranded", "free minutes at the end of the day in gaps too short for any service"),
    ("Φ", "the share of appointments that the free time could take in one piece but cannot, 0 to 1"),
    ("Jain", "how evenly the providers are booked, 1 when all are alike"),
    ("% of optimum", "accepted, of the most that anybody knowing the whole day could accept"),
    (
        "vs first-fit",
        "difference on the same days with its 95 % interval; one that holds 0 may be luck, and of a few days every \
         interval is too narrow",
    ),
];

/// The page with the results of all sources.
pub fn to_html(reports: &[Report]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Placement policies compared</title>\n<style>\n{STYLE}</style>\n\
         <h1>Placement policies compared</h1>\n\
         <p>Every policy decided the same days of requests, each on its own.</p>\n"
    );
    for report in reports {
        section(&mut page, report);
    }
    page.push_str("<h2>How to read it</h2>\n<dl>\n");
    for (term, meaning) in LEGEND {
        // Writing into a string cannot fail, here and below.
        let _ = writeln!(page, "<dt>{term}</dt><dd>{meaning}</dd>");
    }
    page.push_str("</dl>\n</html>\n");
    page
}

fn section(page: &mut String, report: &Report) {
    let days = if report.instances == 1 { "day" } else { "days" };
    let title = format!("<h2>{} <small>({} {days})</small></h2>", escaped(&report.source), report.instances);
    part(page, &title, &report.all, &PLOTS);
    for (group, summaries) in &report.groups {
        part(page, &format!("<h3>{}</h3>", escaped(group)), summaries, &PLOTS[..1]);
    }
}

/// A table with its plots, which stay together on paper.
fn part(page: &mut String, title: &str, summaries: &Summaries, plots: &[Plot]) {
    let _ = writeln!(page, "<section>\n{title}");
    table(page, summaries);
    for plot in plots {
        page.push_str(&svg::figure(plot, summaries));
    }
    page.push_str("</section>\n");
}

fn table(page: &mut String, summaries: &Summaries) {
    page.push_str("<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">policy</th>");
    for (name, _) in &COLUMNS {
        let _ = write!(page, "<th scope=\"col\">{}</th>", escaped(name));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for (policy, summary) in summaries {
        let _ = write!(page, "<tr><td>{}</td>", escaped(policy.name()));
        for (_, cell) in &COLUMNS {
            let _ = write!(page, "<td>{}</td>", escaped(&cell(summary)));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table></div>\n");
}

/// Text that stays text, whatever stands in it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_files_stay_text() {
        let report = Report {
            source: "<script>alert('a')</script>.jsonl".to_owned(),
            instances: 1,
            all: vec![],
            groups: vec![("a & \"b\" <i>".to_owned(), vec![])],
        };
        let page = to_html(&[report]);
        assert!(page.contains("&lt;script&gt;alert(&#39;a&#39;)&lt;/script&gt;.jsonl"));
        assert!(page.contains("<h3>a &amp; &quot;b&quot; &lt;i&gt;</h3>"));
    }
}
