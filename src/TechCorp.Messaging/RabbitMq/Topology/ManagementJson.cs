using System.Text.Json.Serialization;

namespace TechCorp.Messaging;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ManagedQueue))]
[JsonSerializable(typeof(ManagedBinding[]))]
internal sealed partial class ManagementJson : JsonSerializerContext;
