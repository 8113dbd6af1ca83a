using System.Text.Json.Serialization;

namespace TechCorp.Patterns.Contracts;

internal sealed record OrderCreated([property: JsonPropertyName("order_id")] string OrderId);

internal sealed record OrderShipped([property: JsonPropertyName("order_id")] string OrderId);

[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(OrderShipped))]
internal sealed partial class ContractJson : JsonSerializerContext;
