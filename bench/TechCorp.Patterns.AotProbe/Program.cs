using System.Net.Http.Json;
using TechCorp.Patterns.AotProbe;
using TechCorp.Resilience;
using TechCorp.Resilience.Http;

// Uses every pattern of the package in a program compiled ahead of time; exits with 1 if one does not behave as expected.
(string Name, Func<Task<bool>> Holds)[] checks =
[
    ("circuit breaker", BreakerOpensAsync),
    ("retry", RetrySucceedsAsync),
    ("timeout", TimeoutFiresAsync),
    ("pipeline", PipelineFallsBackAsync),
    ("idempotency", ReplayIsEqualAsync),
    ("http", AttemptsAreEqualAsync),
];
var failed = 0;
foreach ((var name, var holds) in checks)
{
    var held = await holds();
    failed += held ? 0 : 1;
    Console.WriteLine($"{name}: {(held ? "ok" : "FAILED")}");
}

return failed == 0 ? 0 : 1;

static async Task<bool> BreakerOpensAsync()
{
    var breaker = new CircuitBreaker("stock");
    for (var i = 0; i < 5; i++)
    {
        await breaker.TryExecuteAsync(static ValueTask<int> (_, _) => throw new IOException("The dependency is down."), 0);
    }

    var rejected = await breaker.TryExecuteAsync(static (state, _) => new ValueTask<int>(state), 1);
    return rejected.Status == OutcomeStatus.Rejected && breaker.State == CircuitState.Open;
}

static async Task<bool> RetrySucceedsAsync()
{
    var options = new RetryOptions { BaseDelay = TimeSpan.FromMilliseconds(1) };
    var attempts = 0;
    return await new RetryPolicy("stock", options).ExecuteAsync(async _ =>
    {
        await Task.Yield();
        return ++attempts < 3 ? throw new IOException("The dependency is down.") : attempts;
    }) == 3;
}

static async Task<bool> TimeoutFiresAsync()
{
    var timeout = ResiliencePipeline.Create(
        "stock", new ResiliencePipelineOptions { Timeout = new() { Timeout = TimeSpan.FromMilliseconds(20) }, Retry = null, CircuitBreaker = null });
    var outcome = await timeout.TryExecuteAsync(
        static async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return 1;
        },
        0);
    return outcome.Exception is TimeoutRejectedException;
}

static async Task<bool> PipelineFallsBackAsync()
{
    var pipeline = ResiliencePipeline.Create("stock");
    var live = await pipeline.ExecuteAsync(static (state, _) => new ValueTask<string>(state), "live");
    pipeline.CircuitBreaker!.Isolate();
    var cached = await pipeline.ExecuteAsync(
        static (state, _) => new ValueTask<string>(state),
        static (_, _, _) => new ValueTask<string>("cached"),
        "live");
    return live == "live" && cached == "cached";
}

static async Task<bool> ReplayIsEqualAsync()
{
    var executor = new IdempotencyExecutor(new InMemoryIdempotencyStore());
    var charge = new IdempotentOperation<long, Receipt>(
        static (amount, _, _) => new ValueTask<Receipt>(new Receipt("p-1", amount)),
        "receipt", ProbeJson.Default.Receipt);
    var key = new IdempotencyKey("charge", "order-17");
    var first = await executor.ExecuteAsync(charge, key, Fingerprint.None, 42);
    var second = await executor.ExecuteAsync(charge, key, Fingerprint.None, 42);
    return !first.Replayed && second.Replayed && first.Value == second.Value;
}

static async Task<bool> AttemptsAreEqualAsync()
{
    using var server = new FailingOnceServer();
    var options = new ResiliencePipelineOptions { Retry = new() { BaseDelay = TimeSpan.FromMilliseconds(1) } };
    var handler = new ResilienceHandler("stock", options, http: new HttpResilienceOptions { CreateIdempotencyKeys = true }) { InnerHandler = server };
    using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    using var response = await client.PostAsJsonAsync("http://stock.test/", new Receipt("p-1", 42), ProbeJson.Default.Receipt);
    return response.IsSuccessStatusCode && server.Seen is [var first, var second] && first == second;
}
