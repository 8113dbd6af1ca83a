namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What the built assemblies refer to.</summary>
public sealed class AssemblyDependencies
{
    [Safeguard("Dependency table, assemblies", SwitchedOff = "Outbox given a reference to Npgsql and a use of one of its types")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void An_assembly_refers_to_what_the_table_allows_and_to_nothing_else(string package)
    {
        var rule = Package.Named(package);

        References(package)
            .Where(reference => !rule.Allows(reference) && !Package.IsFramework(reference))
            .Select(reference => $"{package} refers to {reference}, which the table does not allow.")
            .ShouldBeNone("the arrows between the packages are the architecture");
    }

    [Safeguard("Dependency table, assemblies")]
    [Theory]
    [InlineData("RabbitMQ.Client")]
    [InlineData("Npgsql")]
    [InlineData("Microsoft.Data.Sqlite")]
    public void The_outbox_names_no_type_of_a_broker_client_or_database_driver(string library)
        => References("TechCorp.Outbox").Should().NotContain(library, "the caller brings the data source, and messaging brings the broker");

    [Safeguard("What counts as framework", SwitchedOff = "taken from the prefix of the name instead of the runtime's folder")]
    [Fact]
    public void The_framework_and_the_abstractions_are_distinguished_from_everything_else()
    {
        Package.IsFramework("System.Text.Json").Should().BeTrue();
        Package.IsFramework("System.Threading.RateLimiting").Should().BeFalse("it is a separate package outside ASP.NET");
        Package.Named("TechCorp.Resilience").Allows("Microsoft.Extensions.Logging.Abstractions").Should().BeTrue();
        Package.Named("TechCorp.Resilience").Allows("Microsoft.Extensions.Hosting").Should().BeFalse();
    }

    private static IEnumerable<string> References(string package)
        => Package.Named(package).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!);
}
