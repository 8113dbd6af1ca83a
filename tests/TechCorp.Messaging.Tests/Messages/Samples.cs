using System.Text.Json.Serialization;

namespace TechCorp.Messaging.Tests;

internal sealed record OrderCreated([property: JsonPropertyName("id")] string Id);

internal sealed record OrderShipped([property: JsonPropertyName("id")] string Id);

[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(OrderShipped))]
internal sealed partial class TestJson : JsonSerializerContext;
