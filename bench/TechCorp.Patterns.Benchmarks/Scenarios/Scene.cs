namespace TechCorp.Patterns.Benchmarks;

/// <summary>One library on a new fake clock, with the actions that scenarios consist of.</summary>
internal sealed class Scene(ISubject subject, AdjustableClock clock)
{
    public ISubject Subject => subject;

    public AdjustableClock Clock => clock;

    public int Attempts { get; private set; }

    public TimeSpan Elapsed => clock.GetElapsedTime(0, clock.GetTimestamp()) - Begun;

    private TimeSpan Begun { get; } = clock.GetElapsedTime(0, clock.GetTimestamp());

    /// <summary>Starts a call whose operation completes with the source.</summary>
    public Task<int> Begin(TaskCompletionSource<int> source, CancellationToken cancellationToken = default) => subject.CallAsync(
        token =>
        {
            Attempts++;
            return source.Task.WaitAsync(token);
        },
        cancellationToken);

    /// <summary>Starts a call in which every attempt fails with its number as the message.</summary>
    public Task<int> BeginFailing(CancellationToken cancellationToken = default)
    {
        var attempt = 0;
        return subject.CallAsync(
            _ =>
            {
                Attempts++;
                return Task.FromException<int>(new IOException($"{++attempt}"));
            },
            cancellationToken);
    }

    public Task<Exception?> SucceedAsync() => EndAsync(subject.CallAsync(
        _ =>
        {
            Attempts++;
            return Task.FromResult(1);
        }));

    public Task<Exception?> FailAsync(Exception? with = null) => EndAsync(subject.CallAsync(
        _ =>
        {
            Attempts++;
            return Task.FromException<int>(with ?? new IOException("The dependency is down."));
        }));

    /// <summary>Makes a call that its caller cancels while it runs.</summary>
    public async Task<Exception?> CancelAsync()
    {
        using var caller = new CancellationTokenSource();
        var call = Begin(new TaskCompletionSource<int>(), caller.Token);
        await caller.CancelAsync();
        return await EndAsync(call);
    }

    public async Task FailTimes(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await FailAsync();
        }
    }

    /// <summary>Opens the circuit and lets the recovery time pass.</summary>
    public async Task BecomeDueForAProbe()
    {
        await FailTimes(5);
        clock.Advance(TimeSpan.FromSeconds(30));
    }

    /// <summary>Makes a successful call, and returns whether it was admitted.</summary>
    public async Task<bool> AdmitsAsync()
    {
        var before = Attempts;
        await SucceedAsync();
        return Attempts > before;
    }

    /// <summary>Advances the clock in small steps until the call has ended; returns the exception.</summary>
    public async Task<Exception?> PassUntilEnd(Task<int> call, TimeSpan atMost)
    {
        var end = Elapsed + atMost;
        while (!call.IsCompleted && Elapsed < end)
        {
            await Settle();
            if (!call.IsCompleted)
            {
                clock.Advance(TimeSpan.FromMilliseconds(100));
            }
        }

        await Settle();
        return call.IsCompleted ? await EndAsync(call) : new InvalidOperationException("The call did not end.");
    }

    public static async Task<Exception?> EndAsync(Task<int> call)
    {
        try
        {
            await call;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Lets continuations that were queued to the thread pool run.</summary>
    private static async Task Settle()
    {
        for (var i = 0; i < 20; i++)
        {
            await Task.Yield();
        }
    }
}
