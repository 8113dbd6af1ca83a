using System.Net;
using System.Net.Sockets;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace TechCorp.Patterns.EndToEnd.Tests;

[Collection("OrderFlow")]
public sealed class BadInputTests
{
    [Theory]
    [InlineData("--ordres 5", "--ordres")]
    [InlineData("--orders 0", "--orders must be between 1 and")]
    [InlineData("--orders many", "many")]
    [InlineData("--rabbitmq http://127.0.0.1", "amqp://user:password@host:5672/vhost")]
    [InlineData("--rabbitmq amqp://guest:secret@127.0.0.1:1/", "RabbitMQ at 127.0.0.1:1 does not answer")]
    [InlineData("--postgres Nonsense=1", "Host=…;Port=…")]
    [InlineData("--postgres Host=127.0.0.1;Port=1;Username=a;Password=secret;Database=b", "PostgreSQL at 127.0.0.1:1 does not answer")]
    [InlineData("--image no-such-file.jpg", "no-such-file.jpg")]
    [InlineData("--resume", "--resume needs")]
    [InlineData("--data /proc/no-such-folder", "cannot be written to")]
    public async Task OrderFlow_says_in_one_line_what_is_wrong_and_exits_with_2(string options, string said)
    {
        await using var run = await SampleProcess.RunAsync("OrderFlow", options.Split(' '));

        run.ExitCode.Should().Be(2, string.Join('\n', run.Output.Concat(run.Errors)));
        run.Errors.Should().ContainSingle().Which.Should().StartWith("orderflow: ").And.Contain(said).And.NotContain("secret");
        run.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_no_image_is_refused()
    {
        await using var run = await SampleProcess.RunAsync("OrderFlow", "--image", Path.Combine(Repository.Root, "LICENSE"));

        run.ExitCode.Should().Be(2);
        run.Errors.Should().ContainSingle().Which.Should().Contain("not an image");
    }

    [Safeguard("The user's photo is decoded before the start", SwitchedOff = "its result is ignored")]
    [Fact]
    public async Task A_photo_that_is_cut_short_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("techcorp-e2e-");
        var photo = Path.Combine(folder.FullName, "cut.png");
        var whole = await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "eng", "icon.png"), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(photo, whole[..(whole.Length / 2)], TestContext.Current.CancellationToken);

        await using var run = await SampleProcess.RunAsync("OrderFlow", "--image", photo);

        run.ExitCode.Should().Be(2, string.Join('\n', run.Output.Concat(run.Errors)));
        run.Errors.Should().ContainSingle().Which.Should().Contain("is corrupt");
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_wrong_password_of_RabbitMQ_is_said_without_the_password()
    {
        var uri = new UriBuilder(Servers.RabbitMq) { Password = "wrong-secret" };

        await using var run = await SampleProcess.RunAsync("OrderFlow", "--rabbitmq", uri.Uri.ToString());

        run.ExitCode.Should().Be(2);
        run.Errors.Should().ContainSingle().Which.Should().Contain("refused user").And.NotContain("wrong-secret");
    }

    [Fact]
    public async Task A_wrong_password_of_PostgreSQL_is_said_without_the_password()
    {
        var wrong = new NpgsqlConnectionStringBuilder(Servers.Postgres) { Password = "wrong-secret" };

        await using var run = await SampleProcess.RunAsync("OrderFlow", "--postgres", wrong.ConnectionString);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().ContainSingle().Which.Should().Contain("refused user").And.NotContain("wrong-secret");
    }

    [Fact]
    public async Task A_schema_newer_than_the_code_is_refused_and_nothing_is_written()
    {
        await using var ground = await FreshGround.PrepareAsync();
        var options = new[] { "--data", ground.Folder, "--orders", "1" };
        (await SampleProcess.RunAsync("OrderFlow", options)).ExitCode.Should().Be(0);
        await NewerSchema.PretendAsync(Path.Combine(ground.Folder, "inventory-service.db"));
        File.Delete(Path.Combine(ground.Folder, "order-service.db"));

        await using var run = await SampleProcess.RunAsync("OrderFlow", options);

        run.ExitCode.Should().Be(2, string.Join('\n', run.Output.Concat(run.Errors)));
        run.Errors.Should().ContainSingle().Which.Should().Contain("schema version 9999").And.Contain("Deploy a version");
        File.Exists(Path.Combine(ground.Folder, "order-service.db")).Should().BeFalse("services that come later must not have begun");
    }

    [Fact]
    public async Task A_service_alone_on_a_newer_schema_writes_nothing_either()
    {
        await using var ground = await FreshGround.PrepareAsync();
        (await SampleProcess.RunAsync("OrderFlow", "--data", ground.Folder, "--orders", "1")).ExitCode.Should().Be(0);
        var file = Path.Combine(ground.Folder, "order-service.db");
        await NewerSchema.PretendAsync(file);
        await using var database = new SqliteConnection($"Data Source={file};Pooling=False");
        await database.ExecuteAsync("drop table orders");

        await using var run = await SampleProcess.RunAsync("OrderService", "--data", ground.Folder, "--url", "http://127.0.0.1:0");

        run.ExitCode.Should().Be(2, string.Join('\n', run.Output.Concat(run.Errors)));
        run.Errors.Should().ContainSingle().Which.Should().Contain("schema version 9999");
        (await database.ExecuteScalarAsync<long>("select count(*) from sqlite_master where name = 'orders'")).Should().Be(0);
    }

    [Fact]
    public async Task A_folder_with_an_earlier_run_is_not_mixed_with_a_new_one()
    {
        await using var ground = await FreshGround.PrepareAsync();
        (await SampleProcess.RunAsync("OrderFlow", "--orders", "1", "--data", ground.Folder)).ExitCode.Should().Be(0);

        await using var run = await SampleProcess.RunAsync("OrderFlow", "--orders", "1", "--data", ground.Folder);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().ContainSingle().Which.Should()
            .Contain("earlier run").And.Contain("another folder").And.NotContain("--resume", "an in-memory broker has forgotten its messages");
    }

    [Safeguard("A database without the orders' table is no earlier run", SwitchedOff = "`PreviousRun` checks only whether the file exists")]
    [Fact]
    public async Task A_run_that_was_killed_before_it_had_written_anything_is_resumed_as_a_new_one()
    {
        await using var ground = await FreshGround.PrepareAsync();
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(ground.Folder, "order-service.db")};Pooling=False"))
        {
            await database.ExecuteAsync("pragma journal_mode = wal");
        }

        await using var run = await SampleProcess.RunAsync("OrderFlow", [.. ground.OnSqlite, "--orders", "1", "--resume"]);

        run.ExitCode.Should().Be(0, string.Join('\n', run.Output.Concat(run.Errors)));
    }

    [Safeguard("A resume with fewer orders", SwitchedOff = "the number not compared")]
    [Fact]
    public async Task Fewer_orders_than_the_earlier_run_placed_cannot_be_resumed()
    {
        await using var ground = await FreshGround.PrepareAsync();
        (await SampleProcess.RunAsync("OrderFlow", [.. ground.OnSqlite, "--orders", "2"])).ExitCode.Should().Be(0);

        await using var run = await SampleProcess.RunAsync("OrderFlow", [.. ground.OnSqlite, "--orders", "1", "--resume"]);

        run.ExitCode.Should().Be(2, string.Join('\n', run.Output.Concat(run.Errors)));
        run.Errors.Should().ContainSingle().Which.Should().Contain("--orders 1").And.Contain("2 orders");
    }

    [Safeguard("Messages left in retry and dead-letter queues are found", SwitchedOff = "only the work queues are searched")]
    [Theory]
    [InlineData("notifications.sms.dlq")]
    [InlineData("payments.retry.retry.2s")]
    public async Task A_message_that_an_earlier_run_left_in_any_queue_is_not_mixed_with_a_new_run(string queue)
    {
        await using var ground = await FreshGround.PrepareAsync();
        await FreshGround.LeaveMessageAsync(queue);

        await using var run = await SampleProcess.RunAsync("OrderFlow", ground.OnSqlite);

        run.ExitCode.Should().Be(2, string.Join('\n', run.Output.Concat(run.Errors)));
        run.Errors.Should().ContainSingle().Which.Should().Contain(queue).And.Contain("--resume");
    }

    [Safeguard("A successful run deletes its default folder", SwitchedOff = "folder kept")]
    [Fact]
    public async Task The_images_of_a_run_on_PostgreSQL_are_deleted_when_it_held_and_the_run_cannot_be_resumed()
    {
        await using var ground = await FreshGround.PrepareAsync();
        string[] options = ["--rabbitmq", Servers.RabbitMq, "--postgres", ground.Postgres, "--orders", "1"];
        (await SampleProcess.RunAsync("OrderFlow", options)).ExitCode.Should().Be(0);

        await using var run = await SampleProcess.RunAsync("OrderFlow", [.. options, "--resume"]);

        run.ExitCode.Should().Be(2);
        run.Errors.Should().ContainSingle().Which.Should().Contain("image folder no longer exists").And.Contain("another database");
    }

    [Safeguard("A port in use is found first", SwitchedOff = "the port not probed")]
    [Fact]
    public async Task A_port_in_use_is_reported_in_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var folder = Directory.CreateTempSubdirectory("techcorp-e2e-");

        await using var run = await SampleProcess.RunAsync("AnalyticsService", "--url", $"http://127.0.0.1:{port}", "--data", folder.FullName);

        run.ExitCode.Should().Be(2, string.Join('\n', run.Output.Concat(run.Errors)));
        run.Errors.Should().ContainSingle().Which.Should().StartWith("analytics-service: ").And.Contain($"{port}").And.Contain("--url");
        folder.EnumerateFiles().Should().BeEmpty("nothing is written before the port is known to be free");
        folder.Delete(recursive: true);
    }
}
