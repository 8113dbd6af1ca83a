using System.Text.Json.Serialization;

namespace TechCorp.Samples;

[JsonSerializable(typeof(StoredResponse))]
internal sealed partial class StoredResponseJson : JsonSerializerContext;
