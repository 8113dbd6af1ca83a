namespace TechCorp.Messaging.Tests;

public sealed class PublicEnumerationTests
{
    private static readonly string[] Successes =
    [
        "Success", "Succeeded", "Completed", "Done", "Ok", "Healthy", "Connected", nameof(PublishOutcomeKind.Confirmed), nameof(ConsumerState.Consuming),
        nameof(ConsumerState.Idle),
    ];

    public static TheoryData<Type> PublicEnumerations => [.. typeof(IMessagePublisher).Assembly.GetExportedTypes().Where(type => type.IsEnum)];

    [Theory, Trait("Spec", "FH5")]
    [MemberData(nameof(PublicEnumerations), DisableDiscoveryEnumeration = true)]
    public void The_default_value_never_means_success(Type enumeration)
        => Successes.Should().NotContain(Enum.GetName(enumeration, Activator.CreateInstance(enumeration)!));
}
