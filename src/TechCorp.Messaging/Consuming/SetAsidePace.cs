using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>How long a message that was set aside waits before it goes to the end of its queue again, so that many of them cost a bounded number of publishes,
/// however many other messages there are. Safe for concurrent use.</summary>
/// <remarks>The wait holds up what is behind the message, so it is short: a second for each message, and a hundred messages a second.</remarks>
internal sealed class SetAsidePace(TimeProvider timeProvider)
{
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenMessages = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private DateTimeOffset _next; // guarded by _gate; when the next one may go

    internal TimeSpan WaitOf(Delivery delivery, SettlementAction waitsFor)
    {
        var now = timeProvider.GetUtcNow();
        var wait = TimeSpan.Zero;
        if (MomentOf(delivery, MessageHeaders.SetAsideAt) is { } since && since <= now && now - since < BetweenRounds) // a clock may have been set
        {
            wait = since + BetweenRounds - now;
        }

        if (waitsFor == SettlementAction.RetryByQueue && MomentOf(delivery, MessageHeaders.SetAside) is { } due && due - now < wait)
        {
            wait = due > now ? due - now : TimeSpan.Zero;
        }

        lock (_gate)
        {
            var turn = _next > now && _next - now < BetweenRounds ? _next : now;
            _next = turn + BetweenMessages;
            return turn - now > wait ? turn - now : wait;
        }
    }

    private static DateTimeOffset? MomentOf(Delivery delivery, string header)
        => DateTimeOffset.TryParse(delivery.Headers.GetValueOrDefault(header), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var moment)
            ? moment
            : null;
}
