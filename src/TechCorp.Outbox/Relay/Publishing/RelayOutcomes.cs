namespace TechCorp.Outbox;

/// <summary>What a pass writes to the database, collected while confirms come in.</summary>
internal sealed class RelayOutcomes(RelayOptions options, Func<RelayRow, long> epochOf)
{
    private readonly Dictionary<(string, string, string), long> _unroutableSince = [];

    /// <summary>How many rows' events the broker has.</summary>
    internal int Confirmed { get; private set; }

    internal List<DeferredRow> Deferred { get; } = [];

    internal List<ParkedRow> Parked { get; } = [];

    /// <summary>Rows parked after the grace, by whose route others have waited as long.</summary>
    internal List<RelayRow> GivenUp { get; } = [];

    /// <summary>The partitions of rows that stay as they are and are to be read again.</summary>
    internal HashSet<short> Unsettled { get; } = [];

    internal string? Error { get; private set; }

    /// <summary>Which ownership of its partition a row was read under.</summary>
    internal long EpochOf(RelayRow row) => epochOf(row);

    /// <returns>The outcome for the rows behind it.</returns>
    internal RowOutcomeKind Add(RelayRow row, RowOutcome outcome)
    {
        var error = ErrorText.Clean(outcome.Reason);
        switch (outcome.Kind)
        {
            case RowOutcomeKind.Confirmed:
                Confirmed++;
                break;
            case RowOutcomeKind.Invalid:
                Parked.Add(new ParkedRow(row.Id, epochOf(row), WholeKey: true, nameof(ParkReason.Invalid), error));
                break;
            case RowOutcomeKind.Unroutable when IsGraceOver(row):
                // Parked without its key: later events of the key are published.
                Parked.Add(new ParkedRow(row.Id, epochOf(row), WholeKey: false, nameof(ParkReason.Unroutable), error));
                GivenUp.Add(row);
                return RowOutcomeKind.Confirmed;
            case RowOutcomeKind.Refused when options.MaxAttempts > 0 && AttemptsRefused(row) + 1 >= options.MaxAttempts:
                Parked.Add(new ParkedRow(row.Id, epochOf(row), WholeKey: true, nameof(ParkReason.Refused), error));
                break;
            case RowOutcomeKind.Unroutable or RowOutcomeKind.Refused:
                Deferred.Add(new DeferredRow(row.Id, epochOf(row), (long)Delay(row.Attempts).TotalMilliseconds, outcome.Kind == RowOutcomeKind.Unroutable,
                    error));
                break;
            default:
                Error ??= error.Length > 0 ? error : "The broker did not answer.";
                Unsettled.Add(row.Part);
                break;
        }

        return outcome.Kind;
    }

    /// <summary>Attempts without a queue do not count: the delay of the first refusal after them starts at the beginning.</summary>
    private static int AttemptsRefused(RelayRow row) => row.UnroutableSince is null ? row.Attempts : 0;

    /// <summary>The grace counts from the first return on the route, and no row is given up younger than it.</summary>
    private bool IsGraceOver(RelayRow row)
    {
        var grace = (long)options.UnroutableGrace.TotalMilliseconds;
        var since = row.UnroutableSince ?? (row.Key is not null && _unroutableSince.TryGetValue(row.Route, out var before) ? before : row.Now);
        if (row.Now - since < grace || row.Now - row.CreatedAt < grace)
        {
            return false;
        }

        _unroutableSince.TryAdd(row.Route, since);
        return true;
    }

    /// <param name="attempts">Those before the one that has failed.</param>
    private TimeSpan Delay(int attempts)
        => Backoff.Spread(new Backoff(options.RetryDelay, options.MaxRetryDelay).After(attempts + 1), share: 0.2, Random.Shared.NextDouble());
}
