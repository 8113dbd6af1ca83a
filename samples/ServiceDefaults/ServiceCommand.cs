using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace TechCorp.Samples;

/// <summary>The command line of a service that runs alone.</summary>
public static class ServiceCommand
{
    /// <summary>Reads the options, checks the configured servers, and runs the service until a signal stops it.</summary>
    /// <param name="name">The name of the service.</param>
    /// <param name="url">The default address to listen on.</param>
    /// <param name="args">The command line.</param>
    /// <param name="build">Builds the service.</param>
    /// <param name="dependencies">The services it calls: option name and default address.</param>
    /// <returns>0 after a signal, 2 on bad input or if a server cannot be reached.</returns>
    public static async Task<int> RunAsync(string name, string url, string[] args, Func<ServiceSettings, WebApplication> build,
        params (string Name, string Url)[] dependencies)
    {
        var urlOption = new Option<string>("--url") { Description = "The address to listen on.", DefaultValueFactory = _ => url };
        var rabbitMq = SharedOptions.RabbitMq();
        var postgres = SharedOptions.Postgres();
        var data = SharedOptions.Data();
        var addresses = dependencies.Select(dependency => new Option<string>($"--{dependency.Name}")
        {
            Description = $"The address of the {dependency.Name} service.",
            DefaultValueFactory = _ => dependency.Url,
        }).ToList();
        var command = new RootCommand($"{name}: a sample service of TechCorp.Patterns. Without --rabbitmq and --postgres it uses an "
            + "in-memory broker and SQLite.") { urlOption, rabbitMq, postgres, data };
        addresses.ForEach(command.Options.Add);

        command.SetAction((parsed, cancellationToken) => CommandLine.GuardAsync(name, async () =>
        {
            var settings = new ServiceSettings
            {
                Name = name,
                Url = CommandLine.CheckUrl(parsed.GetValue(urlOption)!, "--url").ToString().TrimEnd('/'),
                RabbitMq = parsed.GetValue(rabbitMq),
                Postgres = parsed.GetValue(postgres),
                DataDirectory = CommandLine.CheckFolder(parsed.GetValue(data) ?? Path.Combine(Path.GetTempPath(), "techcorp-" + name), "--data"),
                Dependencies = dependencies.Zip(addresses).ToDictionary(
                    pair => pair.First.Name, pair => CommandLine.CheckUrl(parsed.GetValue(pair.Second)!, pair.Second.Name), StringComparer.Ordinal),
            };
            PortProbe.Check(settings.Url);
            await ServerProbe.CheckAsync(settings.RabbitMq, settings.Postgres, cancellationToken);
            await SchemaCheck.RunAsync(settings, cancellationToken);
            await using var service = build(settings);
            await ((IHost)service).RunAsync(cancellationToken);
            return 0;
        }));
        return await CommandLine.InvokeAsync(name, command, args);
    }
}
