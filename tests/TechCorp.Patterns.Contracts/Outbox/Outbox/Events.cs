using System.Text;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>Events as the outbox suites write them.</summary>
internal static class Events
{
    internal static Destination Orders { get; } = Destination.ToExchange("orders", "order.created");

    internal static OutboxMessage Event(string? key = null, string body = "{}", Destination? destination = null, Guid? id = null) => new(
        new Message { Body = Encoding.UTF8.GetBytes(body), Type = "order.created", Id = (id ?? Guid.CreateVersion7()).ToString() },
        destination ?? Orders)
    {
        Key = key,
    };

    /// <summary>Events of one key whose bodies are their numbers.</summary>
    internal static OutboxMessage[] Of(string? key, int from, int count) => [.. Enumerable.Range(from, count).Select(i => Event(key, $"{i}"))];

    internal static string BodyOf(Message message) => Encoding.UTF8.GetString(message.Body.Span);
}
