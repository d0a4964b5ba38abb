import Documents

extension RunReport {
  /// A whole page around its parts: readable on a phone and on paper, light or dark as the reader has it, without scripts
  /// and without anything from elsewhere.
  static func page(title: String, _ body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(escaped(title))</title>
    <link rel="icon" href="data:,">
    <style>
    \(SVGChart.lightColors)
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e4e8ec; --paper: #14181d; --faint: #39414b; --main: #6cb0ff; --other: #7d8997; --gain: #58c98a;
        --loss: #f0857c; --bound: #e5a93c }
    }
    @media print { body { max-width: none; font-size: 12px } figure, svg, tr { break-inside: avoid } :root { --ink: #000; --paper: #fff; --faint: #bbb } section { break-inside: avoid } }
    body { margin: 0 auto; max-width: 72rem; padding: 1rem; color: var(--ink); background: var(--paper);
      font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
    h1, h2 { line-height: 1.2 } h2 { border-bottom: 1px solid var(--faint); margin-top: 2rem }
    .headline { font-size: 1.8rem; font-weight: 600; margin: 0 }
    .wide { overflow-x: auto } .wide table { font-size: .85rem } .grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)) }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100% }
    th, td { padding: .25rem .4rem; text-align: right; border-bottom: 1px solid var(--faint); white-space: nowrap }
    th:first-child, td:first-child { text-align: left }
    dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .25rem 1rem }
    dt { font-weight: 600 } dd { margin: 0 }
    figure { margin: 0 } figure p { font-size: .9rem; margin: 0 } figcaption { font-weight: 600; font-size: .9rem }
    svg { width: 100%; height: auto; display: block; margin: .5rem 0 }
    \(SVGChart.style)
    \(BarChart.style)
    .note { font-size: .85rem; opacity: .8 }
    .charts { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)) }
    header ul { margin: 0; padding-left: 1.2rem }
    small { font-weight: 400; opacity: .8 } .flows small { white-space: nowrap }
    .flows td:first-child, .flows th:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 5rem }
    .flows tr:last-child td { font-weight: 600 } .flows th[colspan] { text-align: center }
    </style>
    </head>
    <body>
    \(body)
    </body>
    </html>

    """
  }
}
