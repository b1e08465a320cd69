using Microsoft.Extensions.Options;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Tests.Core.Api;

public sealed class ByteBudgetTests
{
    private static readonly Caller s_one = new(1, null);
    private static readonly Caller s_other = new(2, null);

    [Fact]
    public void Bytes_beyond_the_limit_are_refused_until_others_are_given_back()
    {
        var budget = new ByteBudget(limit: 100, share: 100);
        Assert.True(budget.TryTake(s_one, 0, 60));

        Assert.False(budget.TryTake(s_other, 0, 41));
        Assert.True(budget.TryTake(s_other, 0, 40));
        budget.GiveBack(s_one, 60);
        Assert.True(budget.TryTake(s_other, 40, 60));

        Assert.Equal(100, budget.Used);
    }

    [Fact]
    public void What_arrives_of_one_caller_ends_at_its_share_and_leaves_the_others_theirs()
    {
        var budget = new ByteBudget(limit: 100, share: 25);
        for (var request = 0; request < 5; request++)
            Assert.True(budget.TryTakeArriving(s_one, 0, 5));

        Assert.False(budget.TryTakeArriving(s_one, 0, 1));
        Assert.True(budget.TryTake(s_one, 5, 30));
        Assert.True(budget.TryTakeArriving(s_other, 0, 25));

        Assert.Equal(80, budget.Used);
    }

    [Fact]
    public void A_request_that_is_alone_is_let_in_whatever_it_takes()
    {
        var budget = new ByteBudget(limit: 100, share: 25);

        Assert.True(budget.TryTakeArriving(s_one, 0, 90));
        Assert.True(budget.TryTake(s_one, 90, 90));
        Assert.False(budget.TryTakeArriving(s_other, 0, 1));
        budget.GiveBack(s_one, 180);

        Assert.True(budget.TryTakeArriving(s_other, 0, 25));
    }

    [Theory]
    [InlineData(1_000, 100, 250)]
    [InlineData(1_000, 400, 400)]
    public void A_caller_has_a_quarter_but_never_less_than_one_largest_body(int all, int largest, int share)
    {
        var admission = new Admission(Options.Create(new BodyOptions { MaxBytesInFlight = all, MaxBytes = largest }), new NoRefusals());
        using var held = admission.Enter(s_one);
        using var another = admission.Enter(s_one);
        held.Arrive(1);

        another.Arrive(share - 1);

        Assert.Throws<UnavailableException>(() => another.Arrive(1));
    }

    private sealed class NoRefusals : IRefusalCounter
    {
        public void Refused(string reason)
        {
        }
    }
}
