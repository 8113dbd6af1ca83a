using System.Text.Json.Serialization;

namespace InventoryService;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(OrderCompleted))]
[JsonSerializable(typeof(OrderCancelled))]
internal sealed partial class InventoryJson : JsonSerializerContext;
