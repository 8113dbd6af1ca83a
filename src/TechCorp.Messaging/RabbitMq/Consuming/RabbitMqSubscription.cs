namespace TechCorp.Messaging;

/// <summary>What a delivery source consumes, into what, and how it gets a deleted queue back.</summary>
internal sealed record RabbitMqSubscription(string Queue, ushort Prefetch, Action<Delivery> Sink, Func<BrokerLink, string, CancellationToken, Task> Restore);
