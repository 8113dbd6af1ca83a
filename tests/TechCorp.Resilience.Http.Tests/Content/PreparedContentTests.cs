using System.Net.Http.Json;
using System.Runtime.CompilerServices;

namespace TechCorp.Resilience.Http.Tests;

/// <summary>A content that makes its bytes is written within the first attempt: under its limit, and only if the call is admitted.</summary>
public sealed class PreparedContentTests
{
    private static readonly Uri Stock = new("http://stock.test/products/7");
    private readonly TestClock _clock = new();
    private readonly ListLogger _log = new();
    private int _reads;

    [Safeguard("A content that stalls ends with its attempt", SwitchedOff = "the content is written before the pipeline is entered",
        Remark = "does not end")]
    [Theory, Trait("Spec", "FR2")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sequence_that_stalls_ends_with_the_limit_of_the_attempt_and_is_not_begun_again(bool looksAtItsToken)
    {
        using var server = new RecordingServer();
        using var client = Client(server);
        using var content = JsonContent.Create(Stalling(looksAtItsToken));

        await FluentActions.Awaiting(() => _clock.RunAsync(client.PutAsync(Stock, content))).Should().ThrowAsync<TimeoutRejectedException>();

        _clock.Elapsed.Should().Be(TimeSpan.FromSeconds(5));
        (_reads, server.Bodies.Count).Should().Be((1, 0));
        _log.Entries.Should().ContainSingle(entry => entry.StartsWith("1023", StringComparison.Ordinal)).Which.Should()
            .Contain("PUT").And.Contain("JsonContent");
    }

    [Fact, Trait("Spec", "FR2")]
    public async Task So_does_one_of_a_caller_that_holds_its_thread()
    {
        using var never = new ManualResetEventSlim();
        using var server = new RecordingServer();
        using var client = new HttpClient(new ResilienceHandler("inventory", new() { Timeout = new() { Timeout = TimeSpan.FromMilliseconds(50) } })
        {
            InnerHandler = server,
        });
        using var request = new HttpRequestMessage(HttpMethod.Put, Stock) { Content = JsonContent.Create(Blocking(never)) };

        await FluentActions.Awaiting(() => Task.Run(() => client.Send(request))).Should().ThrowAsync<TimeoutRejectedException>();

        server.Bodies.Should().BeEmpty();
        never.Set();
    }

    [Fact, Trait("Spec", "FR2")]
    public async Task A_caller_that_gives_up_while_its_sequence_stalls_gets_its_own_cancellation_and_the_host_no_failure()
    {
        using var server = new RecordingServer();
        var handler = new ResilienceHandler("inventory", timeProvider: _clock, logger: _log) { InnerHandler = server };
        using var client = new HttpMessageInvoker(handler);
        using var patience = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Put, Stock) { Content = JsonContent.Create(Stalling(looksAtItsToken: false)) };
        var call = client.SendAsync(request, patience.Token);

        await patience.CancelAsync();

        (await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(patience.Token);
        handler.Circuits.Should().OnlyContain(circuit => circuit.ConsecutiveFailures == 0);
        _log.Entries.Should().NotContain(entry => entry.StartsWith("102", StringComparison.Ordinal));
    }

    [Safeguard("A call that is rejected writes no content", SwitchedOff = "it is written before the pipeline is entered")]
    [Theory, Trait("Spec", "FR2")]
    [InlineData("circuit")]
    [InlineData("limit")]
    public async Task A_call_that_is_rejected_writes_no_content(string by)
    {
        var gate = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = new ScriptedServer(_clock, always: _ => new(gate.Task));
        var handler = new ResilienceHandler("inventory", new() { ConcurrencyLimit = new() { PermitLimit = 1 } }, _clock) { InnerHandler = server };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var running = client.GetAsync(Stock);
        if (by == "circuit")
        {
            gate.SetResult(new HttpResponseMessage());
            await running;
            handler.Circuits.Single().Isolate();
        }

        var rejected = await FluentActions.Awaiting(() => client.PutAsJsonAsync(Stock, Counted())).Should().ThrowAsync<Exception>();

        rejected.Which.Should().BeAssignableTo(by == "circuit" ? typeof(CircuitOpenException) : typeof(ConcurrencyLimitException));
        _reads.Should().Be(0);
        gate.TrySetResult(new HttpResponseMessage());
    }

    [Safeguard("A content that fails closes no circuit", SwitchedOff = "the call is not withdrawn")]
    [Fact, Trait("Spec", "FR2")]
    public async Task A_sequence_that_fails_in_a_probe_leaves_the_circuit_half_open()
    {
        using var server = new ScriptedServer(_clock);
        var handler = new ResilienceHandler("inventory", timeProvider: _clock) { InnerHandler = server };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        await client.GetAsync(Stock);
        var circuit = handler.Circuits.Single();
        for (var failure = 0; failure < 5; failure++)
        {
            circuit.TryEnter(out var permit).Should().BeTrue();
            permit.RecordFailure();
        }

        _clock.Advance(TimeSpan.FromSeconds(30));

        await FluentActions.Awaiting(() => client.PutAsJsonAsync(Stock, Failing())).Should().ThrowAsync<InvalidDataException>();

        circuit.State.Should().Be(CircuitState.HalfOpenReady);
        server.Seen.Should().ContainSingle("only the first request was sent");
    }

    [Safeguard("A reason is logged once for a client and type of content", SwitchedOff = "`ContentLog` forgets what it has said")]
    [Fact]
    public async Task Why_a_client_does_not_retry_is_logged_once_for_a_type_of_content_though_its_handler_is_replaced()
    {
        var registry = ResiliencePipelineRegistry.Create([new("inventory", new()), new("orders", new())], _clock);
        foreach (var name in new[] { "inventory", "inventory", "orders" })
        {
            using var server = new RecordingServer(failures: 0);
            using var client = new HttpClient(new ResilienceHandler(registry, name, logger: _log) { InnerHandler = server });
            await client.PutAsync(Stock, new StreamContent(new MemoryStream()));
            await client.PutAsync(Stock, new StreamContent(new MemoryStream()));
            await client.PutAsync(Stock, new MultipartContent { new StreamContent(new MemoryStream()) });
        }

        _log.Entries.Where(entry => entry.StartsWith("1020", StringComparison.Ordinal)).Should().SatisfyRespectively(
            first => first.Should().Contain("inventory").And.Contain("StreamContent"),
            second => second.Should().Contain("inventory").And.Contain("MultipartContent"),
            third => third.Should().Contain("orders").And.Contain("StreamContent"),
            fourth => fourth.Should().Contain("orders").And.Contain("MultipartContent"));
    }

    private HttpClient Client(HttpMessageHandler inner)
        => new(new ResilienceHandler("inventory", timeProvider: _clock, logger: _log) { InnerHandler = inner }) { Timeout = Timeout.InfiniteTimeSpan };

    private static IEnumerable<int> Blocking(ManualResetEventSlim never)
    {
        yield return 1;
        never.Wait();
    }

    private static IEnumerable<int> Failing()
    {
        yield return 1;
        throw new InvalidDataException("The table of lamps has a hole.");
    }

    private IEnumerable<int> Counted()
    {
        _reads++;
        yield return 1;
    }

    private async IAsyncEnumerable<int> Stalling(bool looksAtItsToken, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        _reads++;
        yield return 1;
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, looksAtItsToken ? cancellationToken : CancellationToken.None);
    }
}
