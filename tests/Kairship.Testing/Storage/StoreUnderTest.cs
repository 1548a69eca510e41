namespace Kairship.Testing.Storage;

/// <summary>A store with tables and nothing in them, and what a compliance suite does to it from outside.</summary>
/// <param name="Clock">The clock that the store measures by, or one that runs with it.</param>
/// <param name="PassAsync">Lets at least so much time pass on that clock.</param>
/// <param name="RestartAsync">Another store over the same data, as after a crash of the process; the first is not used again.</param>
public sealed record StoreUnderTest<TStore>(
    TStore Store, TimeProvider Clock, Func<TimeSpan, Task> PassAsync, Func<Task<TStore>> RestartAsync, Func<ValueTask> CloseAsync);
