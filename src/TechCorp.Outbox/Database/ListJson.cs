using System.Text.Json.Serialization;

namespace TechCorp.Outbox;

/// <summary>Lists as JSON, which SQLite reads with <c>json_each</c>.</summary>
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<long>))]
[JsonSerializable(typeof(IReadOnlyList<long[]>))]
internal sealed partial class ListJson : JsonSerializerContext;
