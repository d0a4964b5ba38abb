import Documents

extension RunReport {
  /// A whole page around its parts; on paper as on a screen.
  static func page(title: String, _ body: String) -> String {
    htmlPage(
      title: title,
      style: """
        @media print { body { max-width: none; font-size: 12px } figure, svg, tr { break-inside: avoid }
          :root { --ink: #000; --paper: #fff; --faint: #bbb } section { break-inside: avoid } }
        h2 { border-bottom: 1px solid var(--faint); margin-top: 2rem }
        .headline { font-size: 1.8rem; font-weight: 600; margin: 0 }
        .grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)) }
        dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .25rem 1rem }
        dt { font-weight: 600 } dd { margin: 0 }
        \(BarChart.style)
        .charts { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)) }
        header ul { margin: 0; padding-left: 1.2rem }
        small { font-weight: 400; opacity: .8 } .flows small { white-space: nowrap }
        .flows td:first-child, .flows th:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 5rem }
        .flows tr:last-child td { font-weight: 600 } .flows th[colspan] { text-align: center }
        """, body)
  }
}
