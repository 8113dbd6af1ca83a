namespace TechCorp.Patterns.Contracts;

/// <summary>Counts every message by its number: what each publish ended as, and how often it was received. Safe for concurrent use.</summary>
/// <remarks>Each sender numbers its messages from 0 and sends one after the other, so that what comes out of order is seen.</remarks>
public sealed class MessageLedger(int senders)
{
    private readonly Account[] _accounts = [.. Enumerable.Range(0, senders).Select(_ => new Account())];
    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider = TimeProvider.System;
    private long _lastConfirm; // guarded by _gate
    private TimeSpan _longestStall; // guarded by _gate

    /// <summary>How many have been sent.</summary>
    public long Sent => Sum(static account => account.Messages.Count);

    /// <summary>How many were confirmed.</summary>
    public long Confirmed => Sum(static account => account.Messages.Count(message => message.Ending == Ending.Confirmed));

    /// <summary>How many ended with another outcome.</summary>
    public long Failed => Sum(static account => account.Messages.Count(message => message.Ending == Ending.Failed));

    /// <summary>How many have no end.</summary>
    public long Unknown => Sum(static account => account.Messages.Count(message => message.Ending == Ending.None));

    /// <summary>How many were confirmed and never received.</summary>
    public long Lost => Sum(static account => account.Messages.Count(message => message is { Ending: Ending.Confirmed, Received: 0 }));

    /// <summary>How many receptions were not the first.</summary>
    public long Duplicates => Sum(static account => account.Messages.Sum(message => Math.Max(0, message.Received - 1)));

    /// <summary>How many came for the first time after a younger one of the same sender.</summary>
    public long Reordered => Sum(static account => account.Reordered);

    /// <summary>The longest time without any confirm.</summary>
    public TimeSpan LongestStall
    {
        get
        {
            lock (_gate)
            {
                return _longestStall;
            }
        }
    }

    /// <summary>A sender's next message.</summary>
    public int Send(int sender)
    {
        var account = _accounts[sender];
        lock (account)
        {
            account.Messages.Add(default);
            return account.Messages.Count - 1;
        }
    }

    /// <summary>How a publish ended.</summary>
    public void End(int sender, int number, bool confirmed)
    {
        var account = _accounts[sender];
        lock (account)
        {
            account.Messages[number] = account.Messages[number] with { Ending = confirmed ? Ending.Confirmed : Ending.Failed };
        }

        if (confirmed)
        {
            lock (_gate)
            {
                var now = _timeProvider.GetTimestamp();
                var stall = _lastConfirm == 0 ? TimeSpan.Zero : _timeProvider.GetElapsedTime(_lastConfirm, now);
                _longestStall = stall > _longestStall ? stall : _longestStall;
                _lastConfirm = now;
            }
        }
    }

    /// <summary>A message was received.</summary>
    public void Receive(int sender, int number)
    {
        var account = _accounts[sender];
        lock (account)
        {
            var message = account.Messages[number];
            account.Messages[number] = message with { Received = message.Received + 1 };
            if (message.Received == 0)
            {
                account.Reordered += number < account.Newest ? 1 : 0;
                account.Newest = Math.Max(account.Newest, number);
            }
        }
    }

    private long Sum(Func<Account, long> count) => _accounts.Sum(account =>
    {
        lock (account)
        {
            return count(account);
        }
    });

    private enum Ending : byte
    {
        None,
        Confirmed,
        Failed,
    }

    private readonly record struct Line(Ending Ending, int Received);

    private sealed class Account
    {
        internal List<Line> Messages { get; } = [];

        internal int Newest { get; set; } = -1;

        internal long Reordered { get; set; }
    }
}
