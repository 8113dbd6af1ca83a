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
        var findings = verdict.Broken.Select(line => $"broken: {line}").Concat(verdict.Lost.Select(line => $"lost: {line}")).Concat(verdict.Duplicates.Select(line => $"twice: {line}")).ToList();
        foreach (var finding in findings.Take(MostFindings))
        {
            Console.Error.WriteLine(finding.ReplaceLineEndings(" "));
        }

        if (findings.Count > MostFindings)
        {
            Console.Error.WriteLine($"… and {findings.Count - MostFindings} more");
        }

        Console.WriteLine(verdict);
        return verdict.Held;
    }

    private static IEnumerable<(string Pattern, string Observed)> Rows(Verdict verdict, Observations observed)
    => [
        ("Request-response (REST)", $"{observed.Placed.Count} orders accepted over HTTP"),
        ("Circuit breaker", $"{verdict.QueuedPayments} payments queued, the circuit seen open in {observed.OutagesSeen} gateway outages; {verdict.QueuedAndCharged} of them charged later"),
        ("Retry with back-off", $"a payment that stayed unknown was asked for {verdict.MostPaymentAttempts} times, with one key"),
        ("Publish-subscribe (fanout)", $"events received: {Counts(verdict.EventsBySubscriber)}"),
        ("Topic routing", $"notifications sent: {Counts(verdict.SentByChannel)}"),
        ("Work queue", $"{verdict.Images} images in three sizes each"),
        ("Saga (orchestration)", $"{verdict.Completed} completed, {verdict.Compensated} compensated, {verdict.Refunded} refunded"),
        ("Outbox", $"{verdict.Orders} orders in the books, {verdict.Lost.Count} of their effects or events lost"),
        ("Dead-letter queue", $"{verdict.DeadLettered} dead-lettered ({observed.DeadLetterReason ?? "looked at by an earlier run"}), {verdict.Redriven} redriven"),
        ("Idempotency", $"{verdict.Duplicates.Count} effects twice; an order sent twice was {(observed.RepeatedOrderWasOne ? "one order" : "not seen to be one order")}"),
    ];

    private static string Counts(IEnumerable<KeyValuePair<string, int>> counts)
        => string.Join(", ", counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));
}
