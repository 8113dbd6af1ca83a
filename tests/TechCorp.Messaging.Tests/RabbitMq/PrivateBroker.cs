using System.Diagnostics;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A RabbitMQ server, or a cluster of three nodes, that belongs to one test, which may kill it. Ends with the
/// test, also when its process dies.</summary>
internal sealed class PrivateBroker : IAsyncDisposable
{
    private readonly Process _services;
    private readonly string _state;

    private PrivateBroker(Process services, string[] announced)
    {
        _services = services;
        _state = announced[0];
        Nodes = [.. announced[1].Split(',').Select(uri => new Uri(uri))];
    }

    /// <summary>One URI for each node, from node 1 on.</summary>
    internal IReadOnlyList<Uri> Nodes { get; }

    internal static async Task<PrivateBroker> StartAsync(bool cluster = false)
    {
        // cat ends with this process
        string[] run = ["run", "--", "bash", "-c", "echo \"$TECHCORP_SERVICES_STATE|${TECHCORP_RABBITMQ_NODES-$TECHCORP_RABBITMQ}\"; cat"];
        var start = new ProcessStartInfo(ServicesScript.Find(),
            cluster ? run.Prepend("cluster") : run)
        { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment.Remove("TECHCORP_RABBITMQ");
        start.Environment.Remove("TECHCORP_RABBITMQ_NODES");
        start.Environment["TECHCORP_POSTGRES"] = "none is needed";
        var services = Process.Start(start)!;
        var announced = await services.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException("eng/services.sh started no RabbitMQ; it says why on standard error.");
        return new PrivateBroker(services, announced.Split('|'));
    }

    /// <summary>Kills a node's process (SIGKILL); the node is counted from 1.</summary>
    internal Task KillAsync(int node) => BrokerControl.ServicesAsync(_state, "kill", "rabbitmq", "--node", $"{node}");

    internal Task StartNodeAsync(int node) => BrokerControl.ServicesAsync(_state, "start", "rabbitmq", "--node", $"{node}");

    /// <summary>Stops every node as an operator does, and starts them again.</summary>
    internal Task RestartAsync() => BrokerControl.ServicesAsync(_state, "restart", "rabbitmq");

    /// <summary>The node that leads a quorum queue, counted from 1, as a running node says.</summary>
    internal async Task<int> LeaderAsync(string queue, int askedNode)
    {
        var listed = await BrokerControl.ServicesAsync(_state, "rabbitmqctl", "--node", $"{askedNode}", "list_queues", "--quiet", "--no-table-headers", "name",
            "leader");
        var line = listed.Split('\n').Single(line => line.StartsWith(queue + "\t", StringComparison.Ordinal));
        var name = line.Split('\t')[1].Split('@')[0]; // techcorp-20123-2
        return int.Parse(name[(name.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _services.StandardInput.Close();
        await _services.WaitForExitAsync(CancellationToken.None);
        _services.Dispose();
    }
}
