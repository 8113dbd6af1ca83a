using TechCorp.Patterns.Contracts;

namespace TechCorp.Resilience.Tests;

/// <summary>Many callers share a pipeline, and one in fifty blocks its thread until its call has ended.</summary>
public sealed class BlockedCallersTests
{
    private const int Callers = 64;
    private const int CallsEach = 100;
    private const int OneIn = 50;

    private static readonly ResilientOperation<int, int> Described = new(static (state, _) => SuspendAsync(state));

    public static TheoryData<string> Shapes => [.. Calls.Keys];

    private static Dictionary<string, Func<ResiliencePipeline, int, ValueTask<int>>> Calls { get; } = new()
    {
        ["a state"] = static (pipeline, i) => pipeline.ExecuteAsync(static (state, _) => SuspendAsync(state), i),
        ["a fallback"] = static (pipeline, i) => pipeline.ExecuteAsync(static (state, _) => SuspendAsync(state), static (_, _, _) => new ValueTask<int>(-1), i),
        ["no state"] = static (pipeline, i) => pipeline.ExecuteAsync(_ => SuspendAsync(i)),
        ["a description"] = static (pipeline, i) => pipeline.ExecuteAsync(Described, i),
        ["a task"] = static (pipeline, i) => pipeline.ExecuteAsync(_ => SuspendAsync(i).AsTask()),
        ["a task of a state"] = static (pipeline, i) => pipeline.ExecuteAsync(Task<int> (state, _) => SuspendAsync(state).AsTask(), i),
    };

    [Safeguard("No caller gets a pooled task", SwitchedOff = "`PipelineExecutor.UnwrapAsync` is pooled")]
    [Theory, Trait("Spec", "FR1")]
    [MemberData(nameof(Shapes))]
    public Task Of_6400_calls_each_gets_its_own_result_though_128_block_in_the_shape_with(string shape)
    {
        var pipeline = ResiliencePipeline.Create("shared");
        return EachGetsItsOwnAsync(i => Calls[shape](pipeline, i), i => i);
    }

    [Safeguard("No caller gets a pooled outcome", SwitchedOff = "`PipelineExecutor.TryInvokeAsync` returns the task of `ContinueAsync` as it is")]
    [Theory, Trait("Spec", "FR1")]
    [InlineData(false)]
    [InlineData(true)]
    public Task Of_6400_outcomes_each_caller_gets_its_own_though_128_block(bool described)
    {
        var pipeline = ResiliencePipeline.Create("shared");
        return EachGetsItsOwnAsync(
            i => described ? pipeline.TryExecuteAsync(Described, i) : pipeline.TryExecuteAsync(static (state, _) => SuspendAsync(state), i),
            outcome => outcome.Value);
    }

    [Theory, Trait("Spec", "FR1")]
    [InlineData(false)]
    [InlineData(true)]
    public Task Of_6400_calls_without_a_result_each_ends_after_its_own_operation_though_128_block(bool ofTasks)
    {
        var pipeline = ResiliencePipeline.Create("shared");
        var ended = new int[Callers * CallsEach];
        return EachGetsItsOwnAsync(
            async i =>
            {
                await Begin(i);
                return ended[i];
            },
            i =>
            {
                Begin(i).GetAwaiter().GetResult();
                return ended[i];
            });

        ValueTask Begin(int i) => ofTasks ? pipeline.ExecuteAsync(Task (_) => EndAsync(i).AsTask()) : pipeline.ExecuteAsync((state, _) => EndAsync(state), i);

        async ValueTask EndAsync(int i)
        {
            await Task.Yield();
            ended[i] = i;
        }
    }

    [Fact, Trait("Spec", "FR1")]
    public Task Of_6400_idempotent_calls_each_gets_its_own_result_though_128_block()
    {
        var executor = new IdempotencyExecutor(new InMemoryIdempotencyStore());
        var operation = new IdempotentOperation<int, int>(static (state, _, _) => SuspendAsync(state), "number", ShopJson.Default.Int32);
        return EachGetsItsOwnAsync(
            i => executor.ExecuteAsync(operation, new IdempotencyKey("blocked", $"{i}"), Fingerprint.None, i),
            result => result.Value);
    }

    private static Task EachGetsItsOwnAsync<T>(Func<int, ValueTask<T>> begin, Func<T, int> numberOf)
        => EachGetsItsOwnAsync(async i => numberOf(await begin(i)), i => numberOf(begin(i).GetAwaiter().GetResult()));

    /// <summary>6,272 calls are awaited, and 128 block a thread of their own: each must get its own number.</summary>
    private static async Task EachGetsItsOwnAsync(Func<int, Task<int>> awaits, Func<int, int> blocks)
    {
        var (awaited, blocked) = (new List<Task<int>>(), new List<Task<int>>());
        for (var caller = 0; caller < Callers; caller++)
        {
            var numbers = Enumerable.Range(caller * CallsEach, CallsEach);
            awaited.Add(Task.Run(() => CountRightAsync(numbers.Where(i => i % OneIn != 0), awaits)));
            blocked.Add(Task.Factory.StartNew(() => numbers.Where(i => i % OneIn == 0).Count(i => blocks(i) == i), TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        (await Eventually.Ends(Task.WhenAll(awaited), "no caller hangs")).Sum().Should().Be(6_272);
        (await Eventually.Ends(Task.WhenAll(blocked), "no blocked caller hangs")).Sum().Should().Be(128);
    }

    private static async Task<int> CountRightAsync(IEnumerable<int> numbers, Func<int, Task<int>> call)
    {
        var right = 0;
        foreach (var i in numbers)
        {
            right += await call(i) == i ? 1 : 0;
        }

        return right;
    }

    private static async ValueTask<int> SuspendAsync(int result)
    {
        await Task.Yield();
        return result;
    }
}
