using System.Text.Json.Serialization;

namespace TechCorp.Resilience.AspNetCore;

[JsonSerializable(typeof(StoredResponse))]
internal sealed partial class StoredResponseJson : JsonSerializerContext;
