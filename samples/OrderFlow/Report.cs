using Spectre.Console;

namespace OrderFlow;

/// <summary>Prints the result: a table with one row for each pattern, the failed checks, and the summary line.</summary>
internal static class Report
{
    private const int MostFindings = 20;

    /// <returns>Whether every invariant holds.</returns>
    internal static bool Print(FlowResult result, Observations observed)
    {
        var table = new Table().AddColumns("Pattern", "Observed");
        foreach (var (pattern, what) in Rows(result, observed))
        {
            table.AddRow(Markup.Escape(pattern), Markup.Escape(what));
        }

        AnsiConsole.Write(table);
        var findings = result.Broken.Select(line => $"broken: {line}").Concat(result.Lost.Select(line => $"lost: {line}"))
            .Concat(result.Duplicates.Select(line => $"duplicate: {line}")).ToList();
        foreach (var finding in findings.Take(MostFindings))
        {
            Console.Error.WriteLine(finding.ReplaceLineEndings(" "));
        }

        if (findings.Count > MostFindings)
        {
            Console.Error.WriteLine($"… and {findings.Count - MostFindings} more");
        }

        Console.WriteLine(result);
        return result.Held;
    }

    private static IEnumerable<(string Pattern, string Observed)> Rows(FlowResult result, Observations observed)
    => [
        ("Request-response (REST)", $"{observed.Placed.Count} orders accepted over HTTP"),
        ("Circuit breaker",
            $"{result.QueuedPayments} payments queued; the circuit was open in {observed.OutagesSeen} gateway outages; {result.QueuedAndCharged} "
            + "queued payments charged later"),
        ("Retry with back-off", $"a payment with an unknown outcome was requested {result.MostPaymentAttempts} times, with the same key"),
        ("Publish-subscribe (fanout)", $"events received: {Counts(result.EventsBySubscriber)}"),
        ("Topic routing", $"notifications sent: {Counts(result.SentByChannel)}"),
        ("Work queue", $"{result.Images} images in three sizes each"),
        ("Saga (orchestration)", $"{result.Completed} completed, {result.Compensated} compensated, {result.Refunded} refunded"),
        ("Outbox", $"{result.Orders} orders in the database, {result.Lost.Count} of their effects or events lost"),
        ("Dead-letter queue",
            $"{result.DeadLettered} dead-lettered ({observed.DeadLetterReason ?? "redriven by the interrupted run"}), {result.Redriven} redriven"),
        ("Idempotency",
            $"{result.Duplicates.Count} duplicate effects; an order sent twice created {(observed.RepeatedOrderWasOne ? "one order" : "two orders")}"),
    ];

    private static string Counts(IEnumerable<KeyValuePair<string, int>> counts)
        => string.Join(", ", counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));
}
