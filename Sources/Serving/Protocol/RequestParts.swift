/// Reads what counts of a request's body: JSON, and raw tensors behind it where the header `Inference-Header-Content-Length` says
/// so.
///
/// - Parameters:
///   - headerLength: the bytes of JSON in front of raw tensors; nil where all of the body is JSON.
///   - read: makes the parts of both.
/// - Throws: a `ServingError` of status 400.
func requestParts<Parts>(
  of body: UnsafeRawBufferPointer, headerLength: Int?,
  _ read: (_ json: UnsafeRawBufferPointer, _ raw: UnsafeRawBufferPointer) throws -> Parts
) throws(ServingError) -> Parts {
  let length = headerLength ?? body.count
  guard length >= 0, length <= body.count else {
    throw .invalid("Inference-Header-Content-Length is \(length) and the body has \(body.count) bytes.")
  }
  do {
    return try read(
      UnsafeRawBufferPointer(rebasing: body[..<length]), UnsafeRawBufferPointer(rebasing: body[length...]))
  } catch {
    throw error as? ServingError ?? .invalid("The request cannot be read: \(error).")
  }
}
