using System.CommandLine;
using BenchmarkDotNet.Running;
using TechCorp.Patterns.Benchmarks;

if (args is not ["quick" or "--help" or "-h" or "-?", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}

var quick = new Command("quick", "Measures every row in less than a minute; the RESULT lines come last.");
quick.SetAction(_ => QuickRun.Run(Console.Out));
var root = new RootCommand("Benchmarks. Any other arguments go to BenchmarkDotNet, for example --filter '*Breaker*'.") { quick };
return await root.Parse(args).InvokeAsync();
