#region snippet: packed-sample-message
using System.Text.Json.Serialization;

namespace PackedSample;

/// <summary>The event, as it is serialized.</summary>
internal sealed record OrderCreated([property: JsonPropertyName("order_id")] int OrderId);

[JsonSerializable(typeof(OrderCreated))]
internal sealed partial class Json : JsonSerializerContext;
#endregion
