using System.Text.Json.Serialization;

namespace TechCorp.Patterns.Contracts;

/// <summary>The state of the order saga.</summary>
public sealed record OrderState(string OrderId, int Quantity, long Amount)
{
    public string? ReservationId { get; init; }

    public string? PaymentId { get; init; }
}

/// <summary>The end of an order saga, as an event.</summary>
public sealed record OrderEnded(string OrderId, string Status, string? Reason);

/// <summary>A second state, for sagas that are not the order's.</summary>
public record ProbeState(string Trail);

/// <summary>A state that its saga's JSON knows nothing of.</summary>
public sealed record LongerProbeState(string Trail, string More) : ProbeState(Trail);

[JsonSerializable(typeof(OrderState))]
[JsonSerializable(typeof(OrderEnded))]
[JsonSerializable(typeof(ProbeState))]
internal sealed partial class SagaJson : JsonSerializerContext;
