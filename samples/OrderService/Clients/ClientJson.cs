using System.Text.Json.Serialization;

namespace OrderService.Clients;

/// <summary>How the bodies travel: in snake case, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Availability))]
[JsonSerializable(typeof(Reservation))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(Charge))]
[JsonSerializable(typeof(Undo))]
internal sealed partial class ClientJson : JsonSerializerContext;
