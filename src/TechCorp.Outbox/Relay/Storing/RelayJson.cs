using System.Text.Json.Serialization;

namespace TechCorp.Outbox;

/// <summary>Lists of rows as JSON, the one form that both databases take as a single parameter.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<DeferredRow>))]
[JsonSerializable(typeof(IReadOnlyList<ParkedRow>))]
internal sealed partial class RelayJson : JsonSerializerContext;
