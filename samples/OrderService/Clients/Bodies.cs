using System.Text.Json.Serialization;

namespace OrderService.Clients;

internal sealed record Availability(bool Available);

internal sealed record ReservationLine(string ProductId, long Quantity);

internal sealed record Reservation(string OrderId, IReadOnlyList<ReservationLine> Items);

internal sealed record Refusal(string? Reason);

internal sealed record Charge(string OrderId, long Amount, string PaymentToken);

internal sealed record Undo(string OrderId, string ActionKey);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Availability))]
[JsonSerializable(typeof(Reservation))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(Charge))]
[JsonSerializable(typeof(Undo))]
internal sealed partial class ClientJson : JsonSerializerContext;
