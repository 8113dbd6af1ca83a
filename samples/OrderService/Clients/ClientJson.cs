using System.Text.Json.Serialization;

namespace OrderService.Clients;

/// <summary>Serializes the bodies in snake case, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Availability))]
[JsonSerializable(typeof(Reservation))]
[JsonSerializable(typeof(Rejection))]
[JsonSerializable(typeof(Charge))]
[JsonSerializable(typeof(Undo))]
internal sealed partial class ClientJson : JsonSerializerContext;
