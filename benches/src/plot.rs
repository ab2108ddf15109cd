use plotters::prelude::*;

use crate::Bar;

/// Draws the times of a request as an SVG, on a logarithmic scale.
pub fn plot(bars: &[Bar]) -> String {
    let mut svg = String::new();
    draw(&mut svg, bars).expect("a drawing of finite numbers");
    svg
}

fn draw(svg: &mut String, bars: &[Bar]) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, (960, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let most = bars.iter().map(|bar| bar.time).fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(&area)
        .caption("Nanoseconds for a request", ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(64)
        .build_cartesian_2d(0..bars.len(), (100.0..most * 1.5).log_scale())?;
    let signers = bars
        .iter()
        .take_while(|bar| bar.case == bars[0].case)
        .count();
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(bars.len())
        .x_label_formatter(&|at| match bars.get(*at) {
            // In the middle of its bars.
            Some(bar) if at % signers == signers / 2 => bar.case.to_owned(),
            _ => String::new(),
        })
        .draw()?;
    for index in 0..signers {
        let colour = Palette99::pick(index).to_rgba();
        let own = bars.iter().enumerate().skip(index).step_by(signers);
        let own =
            own.map(|(at, bar)| Rectangle::new([(at, 100.0), (at + 1, bar.time)], colour.filled()));
        chart
            .draw_series(own)?
            .label(bars[index].signer)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 10, y + 5)], colour.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .draw()?;
    area.present()?;
    drop(chart);
    Ok(())
}
