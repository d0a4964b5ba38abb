/// A whole page: readable on a phone, light or dark as the reader has it, without scripts and without anything from elsewhere.
///
/// - Parameters:
///   - title: text, not yet escaped.
///   - style: rules beyond those of text, tables and drawings.
///   - reload: after how many seconds the page loads itself anew; nil for never.
///   - body: HTML.
package func htmlPage(title: String, style: String, reload: Int? = nil, _ body: String) -> String {
  """
  <!DOCTYPE html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">\(reload.map { "\n<meta http-equiv=\"refresh\" content=\"\($0)\">" } ?? "")
  <title>\(escaped(title))</title>
  <link rel="icon" href="data:,">
  <style>
  \(SVGChart.lightColors)
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e4e8ec; --paper: #14181d; --faint: #39414b; --main: #6cb0ff; --other: #7d8997; --gain: #58c98a;
      --loss: #f0857c; --bound: #e5a93c }
  }
  body { margin: 0 auto; max-width: 72rem; padding: 1rem; color: var(--ink); background: var(--paper);
    font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
  h1, h2 { line-height: 1.2 }
  .wide { overflow-x: auto } .wide table { font-size: .85rem } .note { font-size: .85rem; opacity: .8 }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100% }
  th, td { padding: .25rem .4rem; text-align: right; border-bottom: 1px solid var(--faint); white-space: nowrap }
  th:first-child, td:first-child { text-align: left }
  figure { margin: 0 } figure p { font-size: .9rem; margin: 0 } figcaption { font-weight: 600; font-size: .9rem }
  svg { width: 100%; height: auto; display: block; margin: .5rem 0 }
  \(SVGChart.style)
  \(style)
  </style>
  </head>
  <body>
  \(body)
  </body>
  </html>

  """
}
