using System.Text.Json.Serialization;

namespace TechCorp.Messaging.Tests;

internal interface IDomainEvent
{
    string OrderId { get; }
}

internal record OrderEvent(string OrderId) : IDomainEvent;

internal sealed record OrderRefunded(string OrderId, decimal Amount) : OrderEvent(OrderId);

internal sealed record OrderReturned(string OrderId, string Parcel) : OrderEvent(OrderId);

internal readonly record struct OrderSeen(string OrderId, int Times) : IDomainEvent;

/// <summary>Its JSON names what is derived from it.</summary>
[JsonDerivedType(typeof(CardPayment), "card")]
internal record Payment(string OrderId);

internal sealed record CardPayment(string OrderId, string Card) : Payment(OrderId);

internal sealed record CashPayment(string OrderId, string Till) : Payment(OrderId);

[JsonSerializable(typeof(IDomainEvent))]
[JsonSerializable(typeof(OrderEvent))]
[JsonSerializable(typeof(OrderRefunded))]
[JsonSerializable(typeof(OrderSeen))]
[JsonSerializable(typeof(OrderSeen?))]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(IReadOnlyList<OrderRefunded>))]
internal sealed partial class DomainJson : JsonSerializerContext;
