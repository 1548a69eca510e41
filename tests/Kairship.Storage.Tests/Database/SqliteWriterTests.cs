using Kairship.Storage.Database;

namespace Kairship.Storage.Tests.Database;

public sealed class SqliteWriterTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("kairship-sqlite-").FullName;
    private readonly WriteGate gate = new(takesTurns: true);
    private SqliteWriter writer = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string ConnectionString => $"Data Source={Path.Combine(folder, "t.db")};Pooling=false";

    public async ValueTask InitializeAsync()
    {
        writer = new SqliteWriter(ConnectionString, gate);
        await writer.RunAsync(session => session.Execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"), Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        gate.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Work_ThatFails_IsUndoneAloneInsideItsBatch()
    {
        var turn = await gate.EnterAsync(Cancel);
        var all = Enumerable.Range(0, 20).Select(n => writer.RunAsync(
            session =>
            {
                session.Execute("INSERT INTO t VALUES (@n)", ("@n", n));
                return n % 5 == 3 ? throw new InvalidOperationException($"{n} is unwanted") : n;
            },
            Cancel)).ToList();
        turn.Dispose();

        var outcomes = await Task.WhenAll(all.Select(async work =>
        {
            try
            {
                return await work;
            }
            catch (InvalidOperationException)
            {
                return -1;
            }
        }));

        outcomes.Should().Equal(Enumerable.Range(0, 20).Select(n => n % 5 == 3 ? -1 : n));
        (await RowsAsync()).Should().Equal(Enumerable.Range(0, 20).Where(n => n % 5 != 3).Select(n => (long)n));
    }

    [Fact]
    public async Task Work_WhoseCallerGaveUpBeforeItBegan_IsNotDone()
    {
        using var giveUp = new CancellationTokenSource();
        var turn = await gate.EnterAsync(Cancel);
        var work = writer.RunAsync(session => session.Execute("INSERT INTO t VALUES (1)"), giveUp.Token);
        await giveUp.CancelAsync();
        turn.Dispose();

        await FluentActions.Awaiting(() => work).Should().ThrowAsync<OperationCanceledException>();
        (await RowsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Work_AfterTheWriterClosed_IsRefused()
    {
        await writer.DisposeAsync();

        await FluentActions.Awaiting(() => writer.RunAsync(session => session.Execute("INSERT INTO t VALUES (1)"), Cancel))
            .Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Writers_OfTwoProcesses_TakeTurns()
    {
        using var otherGate = new WriteGate(takesTurns: true);
        var other = new SqliteWriter(ConnectionString, otherGate);
        await using (other)
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(n => (n % 2 == 0 ? writer : other)
                .RunAsync(session => session.Execute("INSERT INTO t VALUES (@n)", ("@n", n)), Cancel)));
        }

        (await RowsAsync()).Should().HaveCount(200);
    }

    private Task<List<long>> RowsAsync() => writer.RunAsync(session => session.Query("SELECT n FROM t ORDER BY n", row => row.GetInt64(0)), Cancel);
}
