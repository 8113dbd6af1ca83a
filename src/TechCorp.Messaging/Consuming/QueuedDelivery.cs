namespace TechCorp.Messaging;

/// <summary>A delivery that waits for its handler.</summary>
/// <param name="Delivery">What the broker gave.</param>
/// <param name="Key">What it must stay in order with; null where nothing.</param>
/// <param name="KeyFault">What the ordering-key function threw; the attempt fails with it.</param>
internal sealed record QueuedDelivery(Delivery Delivery, string? Key, Exception? KeyFault);
