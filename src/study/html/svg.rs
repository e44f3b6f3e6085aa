//! A plot as a drawing inside the page.

use std::fmt::Write;

use super::escaped;
use crate::study::plot::{Axis, Plot};
use crate::study::report::Summaries;
use crate::study::summary::Estimate;

/// Sizes in the units of the drawing, which grows with the page.
const WIDTH: f64 = 900.0;
const NAMES: f64 = 150.0;
const NUMBERS: f64 = 110.0;
const ROW: f64 = 24.0;
const TOP: f64 = 22.0;
const BAR: f64 = 12.0;
const WHISKER: f64 = 4.0;

/// The plot with its caption; nothing where nothing can be compared.
pub(super) fn figure(plot: &Plot, summaries: &Summaries) -> String {
    let rows = plot.rows(summaries);
    if rows.is_empty() {
        return String::new();
    }
    let axis = Axis::holding(&rows);
    let bottom = TOP + ROW * rows.iter().map(|_| 1.0).sum::<f64>();
    let caption = escaped(plot.caption);
    let mut svg = format!(
        "<figure>\n<figcaption>{caption}</figcaption>\n\
         <div class=\"wide\"><svg viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-label=\"{caption}; the table above has the numbers\">\n",
        bottom + 4.0
    );
    for tick in axis.ticks() {
        let x = along(axis, tick);
        // Writing into a string cannot fail, here and below.
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{bottom:.1}\"/>\
             <text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            TOP - 8.0,
            axis.label(tick)
        );
    }
    let mut middle = TOP + ROW / 2.0;
    for (name, one) in rows {
        svg.push_str(&row(axis, name, one, middle));
        middle += ROW;
    }
    let x = along(axis, 0.0);
    let _ = writeln!(svg, "<line class=\"zero\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{bottom:.1}\"/>");
    svg.push_str("</svg></div>\n</figure>\n");
    svg
}

fn along(axis: Axis, value: f64) -> f64 {
    NAMES + axis.place(value) * (WIDTH - NAMES - NUMBERS)
}

fn row(axis: Axis, name: &str, one: Estimate, middle: f64) -> String {
    let at = |value| along(axis, value);
    let (zero, mean) = (at(0.0), at(one.mean));
    let (low, high) = one.interval();
    let (low, high) = (at(low), at(high));
    let side = if one.mean < 0.0 { "less" } else { "more" };
    let (bar_top, up, down, baseline) = (middle - BAR / 2.0, middle - WHISKER, middle + WHISKER, middle + 4.0);
    // One day does not tell how days differ.
    let whisker = one.half_width.map_or_else(String::new, |_| {
        format!(
            "<path class=\"whisker\" d=\"M{low:.1} {middle:.1}H{high:.1}M{low:.1} {up:.1}V{down:.1}M{high:.1} {up:.1}V{down:.1}\"/>"
        )
    });
    format!(
        "<text x=\"0\" y=\"{baseline:.1}\">{}</text>\
         <rect class=\"{side}\" x=\"{:.1}\" y=\"{bar_top:.1}\" width=\"{:.1}\" height=\"{BAR}\"/>\
         {whisker}\
         <text x=\"{WIDTH}\" y=\"{baseline:.1}\" text-anchor=\"end\">{one:+}</text>\n",
        escaped(name),
        zero.min(mean),
        (zero - mean).abs()
    )
}
