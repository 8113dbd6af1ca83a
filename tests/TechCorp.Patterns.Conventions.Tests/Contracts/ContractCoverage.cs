namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Every contract is kept by every backend that must keep it.</summary>
public sealed class ContractCoverage
{
    [Fact]
    public void There_are_contracts_for_every_kind_of_backend()
        => Enum.GetValues<Backend>()
            .Where(backend => !ContractMatrix.Suites.Any(suite => ContractFamily.BackendsOf(suite.Name)?.Contains(backend) == true))
            .Select(backend => $"No contract found for {backend}.")
            .ShouldBeNone("a matrix with nothing in it would hold for nothing");

    [Fact]
    public void Every_contract_runs_against_every_backend_of_its_line_in_the_table()
        => ContractMatrix.Gaps(ContractMatrix.Suites).ShouldBeNone("a rule that a backend could break is run against that backend");

    [Fact]
    public void Every_contract_holds_a_test()
        => ContractMatrix.Suites
            .Where(suite => !ContractMatrix.HasTests(suite))
            .Select(suite => $"{Surface.PlainName(suite)} has no test.")
            .ShouldBeNone("an empty suite passes everywhere");

    [Theory]
    [InlineData("PublishingContract`1", "InMemory RabbitMq")]
    [InlineData("OutboxContract`1", "Sqlite PostgreSql")]
    [InlineData("IdempotencyStoreContract`1", "InMemory Sqlite PostgreSql")]
    [InlineData("PostgreSqlOutboxContract", "PostgreSql")]
    public void The_table_gives_a_suite_its_backends(string suite, string backends)
        => string.Join(' ', ContractFamily.BackendsOf(suite)!.Select(backend => backend.ToString())).Should().Be(backends);

    [Fact]
    public void A_gap_names_the_pair()
    {
        ContractMatrix.Gaps([typeof(OutboxSampleContract<>)]).Should().Equal(
            "OutboxSampleContract × Sqlite: no test class runs it.",
            "OutboxSampleContract × PostgreSql: no test class runs it.");
        ContractMatrix.Gaps([typeof(UnknownSampleContract)]).Should().ContainSingle().Which.Should().Contain("no line of ContractFamily");
        ContractMatrix.HasTests(typeof(UnknownSampleContract)).Should().BeFalse();
    }

    private abstract class OutboxSampleContract<TBackend>
    {
        protected TBackend? Backend { get; set; }
    }

    private abstract class UnknownSampleContract;
}
