using System.Text.Json.Serialization;

namespace AnalyticsService;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(OrderCompleted))]
[JsonSerializable(typeof(OrderCancelled))]
internal sealed partial class AnalyticsJson : JsonSerializerContext;
