using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Storage.Tests;

public sealed class StorageOptionsTests
{
    [Theory]
    [InlineData((StorageProvider)9, "Data Source=x.db", "Sqlite or PostgreSql")]
    [InlineData(StorageProvider.Sqlite, " ", "connection string")]
    [InlineData(StorageProvider.Sqlite, "Data Source=:memory:", "needs a file")]
    public void AddKairshipStorage_WrongOptions_SayWhatWouldBeRight(StorageProvider provider, string connectionString, string expected) =>
        FluentActions.Invoking(() => new ServiceCollection()
                .AddKairshipStorage(new StorageOptions { Provider = provider, ConnectionString = connectionString }))
            .Should().Throw<ArgumentException>().Which.Message.Should().Contain(expected);

    [Fact]
    public async Task AddKairshipStorage_BeforeAnythingIsUsed_TouchesNothing()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "kairship.db");

        await using var provider = SqliteFile.Build(file, TimeProvider.System);
        provider.GetRequiredService<IWorkflowStore>();

        File.Exists(file).Should().BeFalse();
    }
}
