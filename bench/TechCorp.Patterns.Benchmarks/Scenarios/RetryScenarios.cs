namespace TechCorp.Patterns.Benchmarks;

/// <summary>How retry, timeout, and the two together with a circuit breaker must behave in unusual situations.</summary>
internal static class RetryScenarios
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(10);
    private static readonly Setup Retry = new() { Retry = true };

    public static IEnumerable<Scenario> All
    => [
        new("RT1", "it waits 1, 2, 4 and 8 s and gives up after five attempts with the last exception", Retry, async scene =>
        {
            var thrown = await scene.PassUntilEnd(scene.BeginFailing(), MaxWait);
            return thrown is IOException { Message: "5" } && Within(scene.Elapsed, 15);
        }),
        new("RT6", "a caller that cancels during a wait gets its own cancellation at once", Retry, async scene =>
        {
            using var caller = new CancellationTokenSource();
            var call = scene.BeginFailing(caller.Token);
            await caller.CancelAsync();
            return await Scene.EndAsync(call) is OperationCanceledException canceled && canceled.CancellationToken == caller.Token
                && scene.Elapsed == TimeSpan.Zero;
        }),
        new("RT10", "a server that asks for less than the back-off does not make it shorter", Asking(0.1), async scene =>
        {
            await scene.PassUntilEnd(scene.BeginFailing(), MaxWait);
            return Within(scene.Elapsed, 15);
        }),
        new("RT11", "a server that asks for an hour is not waited for: the call fails at once", Asking(3600), async scene =>
        {
            var thrown = await scene.PassUntilEnd(scene.BeginFailing(), MaxWait);
            return thrown is IOException && scene.Elapsed < TimeSpan.FromSeconds(1);
        }),
        new("RT13", "no wait is begun that would end after the deadline", new Setup { Retry = true, Deadline = TimeSpan.FromSeconds(5) }, async scene =>
        {
            var thrown = await scene.PassUntilEnd(scene.BeginFailing(), MaxWait);
            return thrown is IOException && Within(scene.Elapsed, 3);
        }),
        new("RT14", "in an outage a budget keeps the attempts within 1.2 of the calls", new Setup { Retry = true, Budget = true }, async scene =>
        {
            for (var i = 0; i < 50; i++)
            {
                await scene.PassUntilEnd(scene.BeginFailing(), MaxWait);
            }

            return scene.Attempts <= 1.2 * 50;
        }),
        new("RT17", "a callback that throws does not change the outcome", Noisy(), async scene =>
        {
            var attempts = 0;
            var call = scene.Subject.CallAsync(_ => ++attempts < 3 ? Task.FromException<int>(new IOException()) : Task.FromResult(1));
            return await scene.PassUntilEnd(call, MaxWait) is null && attempts == 3;
        }),
        new("TO1", "an operation that takes longer than 5 s ends with a timeout", new Setup { Timeout = true }, async scene =>
        {
            var thrown = await scene.PassUntilEnd(scene.Begin(new TaskCompletionSource<int>()), MaxWait);
            return thrown is not null && scene.Subject.IsTimeout(thrown) && Within(scene.Elapsed, 5);
        }),
        new("TO3", "a caller that cancels first gets its own cancellation, not a timeout", new Setup { Timeout = true }, async scene =>
        {
            using var caller = new CancellationTokenSource();
            var call = scene.Begin(new TaskCompletionSource<int>(), caller.Token);
            await caller.CancelAsync();
            return await Scene.EndAsync(call) is OperationCanceledException canceled && canceled.CancellationToken == caller.Token;
        }),
        new("TO2", "an operation that ignores its token can be left behind at the timeout", new Setup { Timeout = true, Abandon = true }, async scene =>
        {
            var call = scene.Subject.CallAsync(_ => new TaskCompletionSource<int>().Task);
            var thrown = await scene.PassUntilEnd(call, TimeSpan.FromSeconds(20));
            return thrown is not null && scene.Subject.IsTimeout(thrown) && Within(scene.Elapsed, 5);
        }),
        new("CL6", "timeouts are failures for the circuit", new Setup { Breaker = true, Timeout = true }, async scene =>
        {
            for (var i = 0; i < 5; i++)
            {
                await scene.PassUntilEnd(scene.Begin(new TaskCompletionSource<int>()), MaxWait);
            }

            return !await scene.AdmitsAsync();
        }),
        new("RT9", "a call that comes while the circuit is open ends at once: no waits, no attempts for rejections", new Setup { Breaker = true, Retry = true },
            async scene =>
        {
            await scene.PassUntilEnd(scene.BeginFailing(), MaxWait);
            var before = scene.Elapsed;
            await scene.PassUntilEnd(scene.BeginFailing(), MaxWait);
            return scene.Elapsed == before;
        }),
    ];

    private static Setup Asking(double seconds) => new() { Retry = true, RetryAfter = _ => TimeSpan.FromSeconds(seconds) };

    private static Setup Noisy() => new() { Retry = true, OnRetry = () => throw new InvalidOperationException("A broken callback.") };

    /// <summary>The clock moves in steps of 100 ms, so a sequence of delays may end a few steps late.</summary>
    private static bool Within(TimeSpan elapsed, double seconds) => elapsed.TotalSeconds >= seconds && elapsed.TotalSeconds < seconds + 0.5;
}
