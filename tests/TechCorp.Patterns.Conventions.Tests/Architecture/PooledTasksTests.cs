namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>No user of the packages gets a pooled task: what one does with it would change the result of another's call.</summary>
public sealed class PooledTasksTests
{
    private const string Usings = "using System.Runtime.CompilerServices; using System.Threading.Tasks.Sources;";
    private const string Builder = "[AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]";

    [Safeguard("Pooled tasks stay inside", SwitchedOff = "`MessagePublisher.TryPublishAsync` returns the transport's task as it is")]
    [Theory, Trait("Spec", "FR1")]
    [MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_pooled_task_is_awaited_once_or_preserved_and_never_returned_to_users(string package)
        => PooledTasks.Of(PackageCompilation.Of(package)).Findings.ShouldBeNone("the result of a pooled task can be taken once, and a user may try it twice");

    [Theory, Trait("Spec", "FR1")]
    [InlineData("TechCorp.Resilience", "ContinueAsync", "FinishAsync", "EndAsync")]
    [InlineData("TechCorp.Messaging", "PublishAsync", "DoneAsync", "ProcessAsync", "InvokeAsync")]
    public void The_rule_finds_the_pooled_methods(string package, params string[] methods)
        => PooledTasks.Of(PackageCompilation.Of(package)).Pooled.Select(method => method.Name).Should().Contain(methods);

    [Theory, Trait("Spec", "FR1")]
    [InlineData("public ValueTask GoAsync() => PoolAsync();", "A.GoAsync() returns a pooled task to users of the package.")]
    [InlineData("public ValueTask GoAsync() { return true ? PoolAsync() : default; }", "A.GoAsync() returns a pooled task to users of the package.")]
    [InlineData("protected ValueTask GoAsync() => ThroughAsync(); private ValueTask ThroughAsync() => PoolAsync();",
        "A.GoAsync() returns a pooled task to users of the package.")]
    [InlineData("public ValueTask GoAsync() { var task = PoolAsync(); return task; }",
        "a.cs:1: the pooled task of PoolAsync is neither awaited nor preserved.")]
    [InlineData("public void Go() => Run(PoolAsync); private void Run(Func<ValueTask> run) { }",
        "a.cs:1: the pooled task of PoolAsync is neither awaited nor preserved.")]
    [InlineData("private IValueTaskSource _source; public ValueTask GoAsync() => new(_source, 0);",
        "A.GoAsync() returns a pooled task to users of the package.")]
    [InlineData("public ValueTask GoAsync() => TwiceAsync(PoolAsync()); private static async ValueTask TwiceAsync(ValueTask t) { await t; await t; }",
        "a.cs:1: the pooled task of PoolAsync is neither awaited nor preserved.")]
    [InlineData("public ValueTask GoAsync() => PoolAsync().Preserve();", "")]
    [InlineData("public ValueTask GoAsync() => OnceAsync(PoolAsync()); private static async ValueTask OnceAsync(ValueTask t) => await t;", "")]
    [InlineData("public async ValueTask GoAsync() => await PoolAsync().ConfigureAwait(false);", "")]
    [InlineData("public async Task GoAsync() { var task = PoolAsync(); if (!task.IsCompleted) { Go(); } await task; } private void Go() { }", "")]
    [InlineData("public async Task GoAsync() { var task = PoolAsync(); await task; await task; }",
        "a.cs:1: the pooled task of PoolAsync is neither awaited nor preserved.")]
    [InlineData("public Task GoAsync() => PoolAsync().AsTask();", "")]
    [InlineData("internal ValueTask GoAsync() => PoolAsync();", "")]
    public void The_rule_knows_who_gets_the_task(string member, string finding)
    {
        var source = $"{Usings} public class A {{ {member} {Builder} private static async ValueTask PoolAsync() => await Task.Yield(); }}";

        PooledTasks.Of(PackageCompilation.Compile("TechCorp.Resilience", [("a.cs", source)])).Findings.Should().Equal(finding.Length > 0 ? [finding] : []);
    }
}
