using System.Text.Json.Serialization;

namespace TechCorp.Outbox;

/// <summary>The headers of a message as JSON, without reflection.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class HeadersJson : JsonSerializerContext;
