namespace TechCorp.Patterns.Benchmarks;

/// <summary>How a circuit breaker must behave in unusual situations.</summary>
internal static class BreakerScenarios
{
    private static readonly Setup Breaker = new() { Breaker = true };

    public static IEnumerable<Scenario> All
    => [
        new("CB3", "five failures in a row open it, also after successes", Breaker, async scene =>
        {
            for (var i = 0; i < 5; i++)
            {
                await scene.SucceedAsync();
            }

            await scene.FailTimes(5);
            return !await scene.AdmitsAsync();
        }),
        new("CB2", "a success forgets the failures before it", Breaker, async scene =>
        {
            await scene.FailTimes(4);
            await scene.SucceedAsync();
            await scene.FailAsync();
            return await scene.AdmitsAsync();
        }),
        new("CB6", "an open circuit rejects and says when to come again", Breaker, async scene =>
        {
            await scene.FailTimes(5);
            var rejection = await scene.SucceedAsync();
            return scene.Attempts == 5 && rejection is not null && scene.Subject.RetryAfterOf(rejection) == TimeSpan.FromSeconds(30);
        }),
        new("CB7", "a call that comes exactly at the end of the recovery time is let through", Breaker, async scene =>
        {
            await scene.BecomeDueForAProbe();
            return await scene.AdmitsAsync();
        }),
        new("CB8", "while a probe runs, a hundred other calls are rejected", Breaker, async scene =>
        {
            await scene.BecomeDueForAProbe();
            var answer = new TaskCompletionSource<int>();
            var probe = scene.Begin(answer);
            for (var i = 0; i < 100; i++)
            {
                await scene.SucceedAsync();
            }

            var one = scene.Attempts == 6;
            answer.SetResult(1);
            await probe;
            return one && scene.Subject.IsClosed;
        }),
        new("CB10", "a failed probe opens it for the whole recovery time again", Breaker, async scene =>
        {
            await scene.BecomeDueForAProbe();
            await scene.FailAsync();
            scene.Clock.Advance(TimeSpan.FromSeconds(29));
            var open = !await scene.AdmitsAsync();
            scene.Clock.Advance(TimeSpan.FromSeconds(1));
            return open && await scene.AdmitsAsync();
        }),
        new("CB11", "a probe that its caller cancels does not close it", Breaker, async scene =>
        {
            await scene.BecomeDueForAProbe();
            await scene.CancelAsync();
            return !scene.Subject.IsClosed;
        }),
        new("CB11", "after a cancelled probe the next call may probe at once", Breaker, async scene =>
        {
            await scene.BecomeDueForAProbe();
            await scene.CancelAsync();
            return await scene.AdmitsAsync();
        }),
        new("CB12", "a probe that hangs does not block later calls forever", Breaker, async scene =>
        {
            await scene.BecomeDueForAProbe();
            _ = scene.Begin(new TaskCompletionSource<int>());
            scene.Clock.Advance(TimeSpan.FromHours(1));
            return await scene.AdmitsAsync();
        }),
        new("CL10", "a predicate that throws on a probe does not block later calls forever", Broken(), async scene =>
        {
            await scene.BecomeDueForAProbe();
            await scene.FailAsync(new NotSupportedException("The predicate throws on this."));
            scene.Clock.Advance(TimeSpan.FromHours(1));
            return await scene.AdmitsAsync();
        }),
        new("CB19", "a callback that throws when it opens does not change what the caller gets", Noisy(), async scene =>
        {
            await scene.FailTimes(4);
            return await scene.FailAsync() is IOException;
        }),
        new("CB19", "a callback that throws does not block later calls forever", Noisy(), async scene =>
        {
            await scene.BecomeDueForAProbe();
            await scene.SucceedAsync();
            scene.Clock.Advance(TimeSpan.FromHours(1));
            await scene.SucceedAsync();
            return await scene.AdmitsAsync();
        }),
        new("CB13", "a success from before the trip does not close it while it is half-open", Breaker, async scene =>
        {
            var slow = new TaskCompletionSource<int>();
            var before = scene.Begin(slow);
            await scene.BecomeDueForAProbe();
            _ = scene.Begin(new TaskCompletionSource<int>());
            slow.SetResult(1);
            await before;
            return !scene.Subject.IsClosed;
        }),
        new("CB13", "a failure from before the trip does not end a running probe", Breaker, async scene =>
        {
            var slow = new TaskCompletionSource<int>();
            var before = scene.Begin(slow);
            await scene.BecomeDueForAProbe();
            var answer = new TaskCompletionSource<int>();
            var probe = scene.Begin(answer);
            slow.SetException(new IOException("late"));
            await Scene.EndAsync(before);
            answer.SetResult(1);
            await probe;
            return scene.Subject.IsClosed;
        }),
        new("CB14", "failures from before the trip do not open it again after it has closed", Breaker, async scene =>
        {
            TaskCompletionSource<int>[] slow = [.. Enumerable.Range(0, 5).Select(_ => new TaskCompletionSource<int>())];
            Task<int>[] before = [.. slow.Select(source => scene.Begin(source))];
            await scene.BecomeDueForAProbe();
            await scene.SucceedAsync();
            foreach ((var source, var call) in slow.Zip(before))
            {
                source.SetException(new IOException("late"));
                await Scene.EndAsync(call);
            }

            return scene.Subject.IsClosed;
        }),
        new("CB15", "a failure from before the trip does not keep it open longer", Breaker, async scene =>
        {
            var slow = new TaskCompletionSource<int>();
            var before = scene.Begin(slow);
            await scene.FailTimes(5);
            scene.Clock.Advance(TimeSpan.FromSeconds(20));
            slow.SetException(new IOException("late"));
            await Scene.EndAsync(before);
            scene.Clock.Advance(TimeSpan.FromSeconds(10));
            return await scene.AdmitsAsync();
        }),
        new("CB17", "setting the clock forward an hour admits no call early", Breaker, async scene =>
        {
            await scene.FailTimes(5);
            scene.Clock.Jump(TimeSpan.FromHours(1));
            return !await scene.AdmitsAsync();
        }),
        new("CB17", "setting the clock back an hour does not delay the probe", Breaker, async scene =>
        {
            await scene.FailTimes(5);
            scene.Clock.Jump(TimeSpan.FromHours(-1));
            scene.Clock.Advance(TimeSpan.FromSeconds(30));
            return await scene.AdmitsAsync();
        }),
        new("CB4", "calls that their callers cancel do not open it", Breaker, async scene =>
        {
            for (var i = 0; i < 10; i++)
            {
                await scene.CancelAsync();
            }

            return await scene.AdmitsAsync();
        }),
        new("CB4", "a call that its caller cancels does not forget the failures before it", Breaker, async scene =>
        {
            await scene.FailTimes(4);
            await scene.CancelAsync();
            await scene.FailAsync();
            return !await scene.AdmitsAsync();
        }),
        new("CL5", "a cancellation that is not the caller's, as of an HttpClient timeout, is a failure", Breaker, async scene =>
        {
            for (var i = 0; i < 5; i++)
            {
                await scene.FailAsync(new TaskCanceledException("timed out", new TimeoutException()));
            }

            return !await scene.AdmitsAsync();
        }),
        new("CB25", "a call that is cancelled before it begins does not use up the probe", Breaker, async scene =>
        {
            await scene.BecomeDueForAProbe();
            await Scene.EndAsync(scene.Begin(new TaskCompletionSource<int>(), new CancellationToken(canceled: true)));
            return await scene.AdmitsAsync();
        }),
        new("CB22", "an isolated circuit rejects until it is reset", Breaker, async scene =>
        {
            scene.Subject.Isolate();
            scene.Clock.Advance(TimeSpan.FromHours(1));
            var rejected = !await scene.AdmitsAsync();
            scene.Subject.Reset();
            return rejected && await scene.AdmitsAsync();
        }),
    ];

    private static Setup Broken() => new()
    {
        Breaker = true,
        IsFailure = exception => exception is NotSupportedException ? throw new InvalidOperationException("A broken predicate.") : true,
    };

    private static Setup Noisy() => new() { Breaker = true, OnTransition = () => throw new InvalidOperationException("A broken callback.") };
}
