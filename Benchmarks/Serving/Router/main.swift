import Hummingbird

// Reads an inference request's body, and answers with what a policy of nine channels would: no parsing, no network.
let answer = ByteBuffer(
  string: #"{"model_name":"bids","model_version":"1","outputs":[{"name":"action","datatype":"INT32","#
    + #""shape":[1,9],"data":[3,9,5,7,2,11,4,8,6]}]}"#)
let router = Router()
router.post("/v2/models/{name}/infer") { request, context in
  _ = try context.parameters.require("name")
  let body = try await request.body.collect(upTo: 64 << 20)
  guard body.readableBytes > 0 else { throw HTTPError(.badRequest) }
  return Response(
    status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: answer))
}
let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8200
try await Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
  .runService()
