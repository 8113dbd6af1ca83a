using System.CommandLine;
using BenchmarkDotNet.Running;
using TechCorp.Patterns.Benchmarks;

if (args is not ["quick" or "scenarios" or "--help" or "-h" or "-?", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}

var rows = new Argument<string[]>("rows") { Description = "The rows to measure, for example permit. Default: all.", Arity = ArgumentArity.ZeroOrMore };
var quick = new Command("quick", "Measures every row in less than a minute; the RESULT lines come last.") { rows };
quick.SetAction(parsed => QuickRun.Run(Console.Out, parsed.GetValue(rows) ?? []));
var scenarios = new Command("scenarios", "Runs the semantic scenarios with TechCorp.Resilience and with Polly.");
scenarios.SetAction((_, _) => ScenarioRun.RunAsync(Console.Out));
var root = new RootCommand("Benchmarks. Any other arguments go to BenchmarkDotNet, for example --filter '*Breaker*'.") { quick, scenarios };
return await root.Parse(args).InvokeAsync();
