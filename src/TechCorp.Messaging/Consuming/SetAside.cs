using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>The mark of a message whose copy found no queue: it waits at the end of its queue, so that neither it is lost nor others wait for it.
/// Plain code.</summary>
internal static class SetAside
{
    /// <summary>The value for a dead letter; that for a retry is the moment at which it is due.</summary>
    private const string DeadLetter = "dead-letter";

    internal static Message Mark(Message copy, SettlementDecision decision, DateTimeOffset now)
        => copy.With(new Dictionary<string, string>(copy.Headers, StringComparer.Ordinal)
        {
            [MessageHeaders.SetAside] = decision.Action == SettlementAction.DeadLetter ? DeadLetter : Text(now + decision.Delay),
            [MessageHeaders.SetAsideAt] = Text(now),
        });

    /// <summary>The same mark for the next round.</summary>
    internal static Message MarkAgain(Delivery delivery, DateTimeOffset now)
    {
        var copy = FailureCopy.Again(delivery);
        return copy.With(new Dictionary<string, string>(copy.Headers, StringComparer.Ordinal)
        {
            [MessageHeaders.SetAside] = delivery.Headers[MessageHeaders.SetAside],
            [MessageHeaders.SetAsideAt] = Text(now),
        });
    }

    /// <summary>What the delivery still waits for: its dead-letter queue, or the moment of its next attempt. Null when it is to be handled.</summary>
    internal static SettlementAction? Of(Delivery delivery, TimeProvider timeProvider)
        => !delivery.Headers.TryGetValue(MessageHeaders.SetAside, out var mark) ? null
            : mark == DeadLetter ? SettlementAction.DeadLetter
            : DateTimeOffset.TryParse(mark, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var due) && timeProvider.GetUtcNow() < due
            ? SettlementAction.RetryByQueue
            : null;

    private static string Text(DateTimeOffset moment) => moment.ToString("O", CultureInfo.InvariantCulture);
}
