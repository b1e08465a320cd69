using TraceDashboard.Core.Text;

namespace TraceDashboard.Tests.Core.Text;

public sealed class UnixNanosTests
{
    [Theory]
    [InlineData(0ul, null)]
    [InlineData(1ul, 1L)]
    [InlineData((ulong)long.MaxValue, long.MaxValue)]
    [InlineData((ulong)long.MaxValue + 1, null)]
    [InlineData(ulong.MaxValue, null)]
    public void Unsigned_times_are_times_where_a_clock_could_show_them(ulong told, long? nanos) => Assert.Equal(nanos, UnixNanos.FromUnsigned(told));
}
