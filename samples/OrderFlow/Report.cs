using Spectre.Console;

namespace OrderFlow;

/// <summary>What is left on the screen: a table with a row for each pattern of the seed, what is wrong if anything, and the one line.</summary>
internal static class Report
{
    private const int MostFindings = 20;

    /// <returns>Whether everything held.</returns>
    internal static bool Print(Verdict verdict, Observations observed)
    {
        var table = new Table().AddColumns("Pattern", "Observed");
        foreach (var (pattern, what) in Rows(verdict, observed))
        {
            table.AddRow(Markup.Escape(pattern), Markup.Escape(what));
        }

        AnsiConsole.Write(table);
        var findings = verdict.Lost.Select(line => $"lost: {line}").Concat(verdict.Duplicates.Select(line => $"twice: {line}")).Concat(verdict.Broken.Select(line => $"broken: {line}")).ToList();
        foreach (var finding in findings.Take(MostFindings))
        {
            Console.WriteLine(finding);
        }

        if (findings.Count > MostFindings)
        {
            Console.WriteLine($"… and {findings.Count - MostFindings} more");
        }

        Console.WriteLine(verdict);
        return verdict.Held;
    }

    private static IEnumerable<(string Pattern, string Observed)> Rows(Verdict verdict, Observations observed) =>
    [
        ("Request-response (REST)", $"{verdict.Orders} orders placed over HTTP after an availability check each"),
        ("Circuit breaker", $"{verdict.QueuedPayments} payments queued by {observed.OutagesSeen} gateway outages that opened the circuit; all were charged later"),
        ("Retry with back-off", $"an unanswered payment was asked for {verdict.MostPaymentAttempts} times, with one key"),
        ("Publish-subscribe (fanout)", $"{verdict.EventsReceived} receipts: every event once at each of 3 services"),
        ("Topic routing", string.Join(", ", verdict.SentByChannel.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"))),
        ("Work queue", $"{verdict.Images} images in three sizes each"),
        ("Saga (orchestration)", $"{verdict.Completed} completed, {verdict.Compensated} compensated, {verdict.Refunded} refunded"),
        ("Outbox", $"{verdict.Orders * 2} order events committed with their orders, {verdict.Lost.Count} lost"),
        ("Dead-letter queue", $"{verdict.DeadLettered} dead-lettered ({observed.DeadLetterReason}), {verdict.Redriven} redriven"),
        ("Idempotency", $"{verdict.Duplicates.Count} effects twice; an order sent twice was {(observed.RepeatedOrderWasOne ? "one order" : "two orders")}"),
    ];
}
