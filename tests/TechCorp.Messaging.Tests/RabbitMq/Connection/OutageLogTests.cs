using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>An outage is logged once with its stack, then in one line an attempt.</summary>
[Collection(nameof(BrokerControl))]
public sealed class OutageLogTests : RabbitMqTransportTest
{
    private const int Connections = 2; // one publishes, one consumes
    private const int Connected = 2000;
    private const int ConnectFailed = 2002;
    private const int StartFailed = 2121;
    private const string User = "outage";
    private readonly FakeTimeProvider _timeProvider = new();
    private readonly LogLines _log = new();
    private readonly TcpProxy _proxy = new(RabbitMqServer.Uri.Host, RabbitMqServer.Port);

    public override async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await base.DisposeAsync();
    }

    [Safeguard("The stack of an outage is logged once", SwitchedOff = "`LoggedCauses.IfNew` always gives the exception")]
    [Fact, Trait("Spec", "FM17")]
    public async Task An_absent_broker_logs_one_line_an_attempt_and_its_stack_once()
    {
        _proxy.Close();
        using var host = HostOf(RabbitMqServer.Through(_proxy.Port));
        await host.StartAsync(Cancellation);
        var publishes = Enumerable.Range(0, 20).Select(_ => host.Services.GetRequiredService<IMessagePublisher>()
            .TryPublishAsync(TextMessage.Of("x"), Destination.ToQueue("nowhere"), cancellationToken: Cancellation).AsTask()).ToArray();

        await PassAsync(TimeSpan.FromSeconds(45));

        (await Eventually.Ends(Task.WhenAll(publishes), "the publishes expire")).Should().OnlyContain(outcome => !outcome.IsConfirmed);
        var entries = _log.Entries.ToArray(); // once: an attempt may end meanwhile
        var attempts = entries.Where(entry => entry.EventId == ConnectFailed).ToArray();
        attempts.Should().HaveCountGreaterThan(10, "both connections are tried with their back-off");
        attempts.Select(entry => entry.Text.Split(';')[0]).Should().OnlyHaveUniqueItems("each attempt is one line");
        attempts.Should().OnlyContain(entry => !entry.Text.Contains('\n') && entry.Text.Contains("refused", StringComparison.OrdinalIgnoreCase));
        entries.Count(entry => entry.Exception is not null).Should().Be(1);
        entries.Count(entry => entry.EventId > 0).Should().Be(attempts.Length + 1, "but for the attempts there is only the word that the host goes on");
        _log.Lines.Should().BeLessThan(100);
        await host.StopAsync(Cancellation);
    }

    [Fact, Trait("Spec", "FM17")]
    public async Task The_next_outage_has_its_stack_again()
    {
        using var host = HostOf(RabbitMqServer.Through(_proxy.Port));
        await host.StartAsync(Cancellation);
        for (var outage = 1; outage <= 2; outage++)
        {
            var opened = outage * Connections;
            await Eventually.Holds(() => Advance(100) && _log.Count(Connected) == opened, "each connection is open");
            _proxy.Close();
            var refused = _log.Count(ConnectFailed) + 6;
            await Eventually.Holds(() => Advance(100) && _log.Count(ConnectFailed) >= refused, $"outage {outage} is logged");

            Stacks().Should().Be(outage, "all that fails in an outage is refused for one cause");
            _proxy.Reopen();
        }

        await host.StopAsync(Cancellation);
    }

    [Safeguard("The stack of an outage is logged once")]
    [Safeguard("An outage lasts until all that failed has succeeded", SwitchedOff = "`LoggedCauses.Succeeded` forgets the causes at each success")]
    [Fact, Trait("Spec", "FM17")]
    public void Each_cause_of_an_outage_has_its_stack_once_until_all_that_failed_has_succeeded()
    {
        var causes = new LoggedCauses();
        var (publishing, consuming) = (new object(), new object());
        var (refused, lost) = (new IOException("refused"), new IOException("lost"));
        var (first, second) = (causes.IfNew(publishing, refused), causes.IfNew(consuming, refused));
        var (third, fourth) = (causes.IfNew(publishing, lost), causes.IfNew(consuming, lost));
        causes.Succeeded(publishing);
        var goesOn = causes.IfNew(publishing, refused);
        causes.Succeeded(publishing);
        causes.Succeeded(consuming);

        new[] { first, second, third, fourth }.Should().Equal(refused, null, lost, null);
        goesOn.Should().BeNull("the other one still fails");
        causes.IfNew(consuming, refused).Should().Be(refused, "it is another outage");
    }

    [Fact, Trait("Spec", "FM17")]
    public async Task A_refused_password_logs_one_line_an_attempt_and_its_stack_once()
    {
        await BrokerControl.RabbitMqCtlAsync("add_user", User, "right");
        try
        {
            await BrokerControl.RabbitMqCtlAsync("set_permissions", User, ".*", ".*", ".*");
            using var host = HostOf(new UriBuilder(RabbitMqServer.Through(_proxy.Port)) { UserName = User, Password = "right" }.Uri);
            await host.StartAsync(Cancellation);
            await BrokerControl.RabbitMqCtlAsync("change_password", User, "wrong");

            _proxy.Cut();
            await Eventually.Holds(() => Advance(500) && _log.Count(ConnectFailed) >= 8, "it is tried again and again", TimeSpan.FromSeconds(60));

            var refusals = _log.Entries.Where(entry => entry.EventId == ConnectFailed).ToArray();
            refusals.Count(entry => entry.Exception is not null).Should().Be(1);
            refusals.Should().OnlyContain(entry => entry.Text.Contains("credentials were refused", StringComparison.Ordinal) && !entry.Text.Contains('\n'));
            await host.StopAsync(Cancellation);
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("delete_user", User);
        }
    }

    [Safeguard("The stack of an outage is logged once")]
    [Fact, Trait("Spec", "FM17")]
    public Task A_missing_virtual_host_logs_one_line_an_attempt_and_its_stack_once()
        => IsRefusedAgainAndAgainAsync(new UriBuilder(RabbitMqServer.Uri) { Path = "/missing" }.Uri, "virtual host 'missing'");

    [Safeguard("The stack of an outage is logged once")]
    [Fact, Trait("Spec", "FM17")]
    public Task A_refused_TLS_handshake_logs_one_line_an_attempt_and_its_stack_once()
        => IsRefusedAgainAndAgainAsync(new UriBuilder(RabbitMqServer.Uri) { Scheme = "amqps" }.Uri, "TLS handshake failed");

    [Fact, Trait("Spec", "FM17")]
    public async Task A_missing_queue_logs_one_line_an_attempt_and_its_stack_once()
    {
        var queue = Backend.Queue();
        using var host = new HostBuilder().ConfigureServices(services => services
            .AddSingleton<ILoggerFactory>(_log)
            .AddSingleton<TimeProvider>(_timeProvider)
            .AddTechCorpMessaging(bus => bus
                .UseRabbitMq(RabbitMqServer.Uri.ToString())
                .UseTopologyMode(TopologyMode.Assume)
                .UseStartupTimeout(TimeSpan.Zero)
                .AddMessage("job", new JobFormat())
                .AddTopology(Topology.WorkQueue(queue))
                .AddConsumer<Job>(queue, (_, _, _) => Task.CompletedTask))).Build();
        await host.StartAsync(Cancellation);

        await Eventually.Holds(() => Advance(500) && _log.Count(2022) >= 6, "it is tried again and again");

        _log.Entries.Where(entry => entry.EventId == 2022).Count(entry => entry.Exception is not null).Should().Be(1);
        _log.Entries.Where(entry => entry.EventId == 2022).Should().OnlyContain(entry => !entry.Text.Contains('\n') && entry.Text.Contains(queue));
        await host.StopAsync(Cancellation);
    }

    private async Task IsRefusedAgainAndAgainAsync(Uri uri, string reason)
    {
        using var host = HostOf(uri);
        await host.StartAsync(Cancellation);

        await Eventually.Holds(() => Advance(500) && _log.Count(StartFailed) >= 7, "it is tried again and again", TimeSpan.FromSeconds(60));

        var refusals = _log.Entries.Where(entry => entry.EventId == StartFailed).Take(7).ToArray();
        refusals.Should().OnlyContain(entry => entry.Text.Contains(reason, StringComparison.Ordinal) && !entry.Text.Contains('\n'));
        refusals.Select(entry => entry.Text.Split(" after ")[1].Split(": ")[0]).Should()
            .Equal(new[] { 1, 2, 4, 8, 16, 30, 30 }.Select(seconds => TimeSpan.FromSeconds(seconds).ToString()), "it backs off");
        _log.Entries.Count(entry => entry.Exception is not null).Should().Be(1);
        _log.Count(ConnectFailed).Should().Be(0, "the host's start says it already");
        await host.StopAsync(Cancellation);
    }

    private int Stacks() => _log.Entries.Count(entry => entry is { EventId: ConnectFailed, Exception: not null });

    private bool Advance(int milliseconds)
    {
        _timeProvider.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return true;
    }

    /// <summary>In steps, so that attempts that fail at once can follow each other.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        var end = _timeProvider.GetUtcNow() + time;
        await Eventually.Holds(() => Advance(250) && _timeProvider.GetUtcNow() >= end, "the time passes");
    }

    private IHost HostOf(Uri uri)
    {
        var queues = Enumerable.Range(0, 3).Select(_ => Backend.Queue()).ToArray();
        return new HostBuilder().ConfigureServices(services => services
            .AddSingleton<ILoggerFactory>(_log)
            .AddSingleton<TimeProvider>(_timeProvider)
            .AddTechCorpMessaging(bus =>
            {
                bus.UseRabbitMq(o => (o.Uris, o.ConnectTimeout) = ([uri], TimeSpan.FromHours(1)))
                    .UseStartupTimeout(TimeSpan.Zero)
                    .AddMessage("job", new JobFormat());
                foreach (var queue in queues)
                {
                    bus.AddTopology(Topology.WorkQueue(queue)).AddConsumer<Job>(queue, (_, _, _) => Task.CompletedTask);
                }
            })).Build();
    }
}
